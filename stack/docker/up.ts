/**
 * Bringing the stack up. It can be called at any time and any number of times: what runs as it should is
 * left alone, and what an earlier call left half done is carried on from there.
 *
 * @module
 */

import { pause } from "./_clock.ts";
import { statusOf } from "./_dockerode.ts";
import {
  applyPlan,
  type ContainerContext,
  type ContainerPlan,
  nameOnEngine,
  planContainer,
  PROJECT_LABEL,
} from "./container.ts";
import { connectEngine, type Engine, type EngineOptions } from "./engine.ts";
import { execute, waitHealthy } from "./health.ts";
import { ensureImage } from "./image.ts";
import { findPortConflicts } from "./ports.ts";
import type { StackEvent } from "./progress.ts";
import { STACK_FOLDER, STACK_PROJECT } from "./project.ts";
import { ensureSecrets, type Secrets } from "./secrets.ts";
import { type DockerService, expandSecrets, secretNames } from "./service.ts";
import { SERVICES } from "./services.ts";
import { StackError } from "./stack_error.ts";
import { ensureVolume } from "./volume.ts";

/** Options of every command of the stack. */
export interface StackOptions extends EngineOptions {
  /**
   * Folder that keeps the passwords.
   *
   * @default {".cache/stack"}
   */
  readonly folder?: string;
  /**
   * Prefix of every name on the engine.
   *
   * @default {"argus"}
   */
  readonly project?: string;
  /**
   * The services.
   *
   * @default {SERVICES}
   */
  readonly services?: readonly DockerService[];
  /** Hears what happens. */
  readonly onEvent?: (event: StackEvent) => void;
  /** Ends the command early; what was done stays. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode stackUp}. */
export interface StackUpOptions extends StackOptions {
  /**
   * Seconds for everything together, pulls included.
   *
   * @default {1800}
   */
  readonly timeout?: number;
}

/** How a service is after `up`. */
export interface StackUpReport {
  /** The service. */
  readonly service: string;
  /** What was done to its container. */
  readonly change: ContainerPlan["change"];
}

/** Progress of a wait is told at most this often, in milliseconds. */
const WAIT_INTERVAL = 5_000;
/** Time for a service's setup in milliseconds. */
const SETUP_TIMEOUT = 60_000;

/** What the steps of one `up` share. */
interface Ascent extends ContainerContext {
  readonly onEvent: ((event: StackEvent) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Brings the stack up and waits until every service is ready.
 *
 * Services come up side by side, each after those it depends on. One that fails does not stop the
 * others: the error names each failure, and the next call carries on with what is missing.
 *
 * @param options Which engine, where the passwords are, and who hears of it
 * @returns What was done, in the order of the services
 * @throws {EngineError} If no engine can be used
 * @throws {StackError} If a port is taken or a service does not come up
 */
export async function stackUp(options: StackUpOptions = {}): Promise<StackUpReport[]> {
  const { services = SERVICES, project = STACK_PROJECT, timeout = 1800 } = options;
  const engine = await connectEngine(options);
  const deadline = new AbortController();
  const late = new StackError(`The stack is not up after ${timeout} s: run the command again`);
  const timer = setTimeout(() => deadline.abort(late), timeout * 1000);
  const stop = (): void => deadline.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    options.signal?.throwIfAborted();
    const secrets = await secretsFor(services, options.folder ?? STACK_FOLDER);
    const { signal } = deadline;
    const ascent: Ascent = { engine, project, secrets, signal, onEvent: options.onEvent };
    await prepare(services, ascent);
    return await raise(services, ascent);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  }
}

function secretsFor(services: readonly DockerService[], folder: string): Promise<Secrets> {
  return ensureSecrets(folder, services.flatMap(secretNames));
}

/** The network and the volumes; refuses volumes that were made with other passwords. */
async function prepare(services: readonly DockerService[], ascent: Ascent): Promise<void> {
  const { engine, project, secrets } = ascent;
  await ensureNetwork(engine, project);
  for (const service of services) {
    for (const { name } of service.volumes) {
      const password = secretNames(service).map((secret) => secrets[secret]).join();
      await ensureVolume(engine, { name: nameOnEngine(project, name), project, password });
    }
  }
}

async function ensureNetwork(engine: Engine, project: string): Promise<void> {
  try {
    await engine.client.getNetwork(project).inspect();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    const Labels = { [PROJECT_LABEL]: project };
    await engine.client.createNetwork({ Name: project, Driver: "bridge", Labels });
  }
}

async function raise(
  services: readonly DockerService[],
  ascent: Ascent,
): Promise<StackUpReport[]> {
  const failures: Record<string, string> = {};
  const plans = await planAll(services, ascent, failures);
  const starting = plans.filter(({ change }) => change === "create" || change === "start");
  const conflicts = await findPortConflicts(starting.map((plan) => plan.service), ascent.engine);
  for (const { service, port, holder } of conflicts) {
    fail(ascent, failures, { service, why: `Port ${port} of 127.0.0.1 is held by ${holder}` });
  }
  const done = new Map<string, Promise<boolean>>();
  for (const service of inOrder(services)) {
    const plan = plans.find((one) => one.service === service);
    done.set(service.name, raiseOne({ service, plan, done, failures }, ascent));
  }
  await Promise.all(done.values());
  ascent.signal.throwIfAborted();
  if (Object.keys(failures).length > 0) throw new StackError(describe(failures), failures);
  return plans.map(({ service, change }) => ({ service: service.name, change }));
}

/** Pulls what is missing, one image after another, and compares each service with its container. */
async function planAll(
  services: readonly DockerService[],
  ascent: Ascent,
  failures: Record<string, string>,
): Promise<ContainerPlan[]> {
  const plans: ContainerPlan[] = [];
  for (const service of services) {
    try {
      await ensureImage(service, ascent);
      plans.push(await planContainer(service, ascent));
    } catch (error) {
      ascent.signal.throwIfAborted();
      fail(ascent, failures, { service: service.name, why: messageOf(error) });
    }
  }
  return plans;
}

/** Starts one service after those it depends on; tells whether it is ready. */
async function raiseOne(
  { service, plan, done, failures }: {
    service: DockerService;
    plan: ContainerPlan | undefined;
    done: ReadonlyMap<string, Promise<boolean>>;
    failures: Record<string, string>;
  },
  ascent: Ascent,
): Promise<boolean> {
  if (plan === undefined || service.name in failures) return false;
  const { name } = service;
  try {
    for (const other of service.after ?? []) {
      if (await done.get(other) !== true) throw new Error(`It needs "${other}", which is not up`);
    }
    if (plan.change !== "none") {
      ascent.onEvent?.({ service: name, phase: plan.change === "start" ? "start" : "create" });
    }
    await applyPlan(plan, ascent.engine);
    await awaitReady(service, ascent);
    // Also where nothing was changed: an earlier call may have ended before the setup did.
    await setUp(service, ascent);
    ascent.onEvent?.({ service: name, phase: "ready", ...detailOf(service) });
    return true;
  } catch (error) {
    fail(ascent, failures, { service: name, why: messageOf(error) });
    return false;
  }
}

async function awaitReady(service: DockerService, ascent: Ascent): Promise<void> {
  const started = performance.now();
  let told = started;
  await waitHealthy(service, {
    engine: ascent.engine,
    name: nameOnEngine(ascent.project, service.name),
    signal: ascent.signal,
    onWait: (reason) => {
      if (performance.now() - told < WAIT_INTERVAL) return;
      told = performance.now();
      const seconds = ((told - started) / 1000).toFixed(0);
      const detail = `${seconds} s of at most ${service.deadline} s: ${reason}`;
      ascent.onEvent?.({ service: service.name, phase: "wait", detail });
    },
  });
}

/** Runs a service's setup; a service that was just started may refuse it for a moment. */
async function setUp(service: DockerService, ascent: Ascent): Promise<void> {
  const { setup } = service;
  if (setup === undefined) return;
  ascent.onEvent?.({ service: service.name, phase: "setup" });
  const environment = Object.fromEntries(
    Object.entries(setup.environment ?? {})
      .map(([name, value]) => [name, expandSecrets(value, ascent.secrets)]),
  );
  let output = "";
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) await pause(1_000, ascent.signal);
    const outcome = await execute(ascent.engine, nameOnEngine(ascent.project, service.name), {
      command: setup.command,
      user: setup.user,
      environment,
      timeout: SETUP_TIMEOUT,
    });
    if (outcome.code === 0) return;
    output = outcome.output;
    if (setup.done !== undefined && new RegExp(setup.done).test(output)) return;
  }
  throw new Error(`Its setup failed: ${output.trim().slice(-500)}`);
}

/** The services with those that others wait for first. */
function inOrder(services: readonly DockerService[]): DockerService[] {
  const ordered: DockerService[] = [];
  const add = (service: DockerService, path: readonly string[]): void => {
    if (path.includes(service.name)) {
      throw new RangeError(`Services wait for each other: ${[...path, service.name].join(", ")}`);
    }
    if (ordered.includes(service)) return;
    for (const name of service.after ?? []) {
      const other = services.find((one) => one.name === name);
      if (other !== undefined) add(other, [...path, service.name]);
    }
    ordered.push(service);
  };
  for (const service of services) add(service, []);
  return ordered;
}

function detailOf(service: DockerService): { detail?: string } {
  return service.access === undefined ? {} : { detail: service.access.url };
}

function fail(
  ascent: Ascent,
  failures: Record<string, string>,
  { service, why }: { service: string; why: string },
): void {
  failures[service] = failures[service] === undefined ? why : `${failures[service]}; ${why}`;
  ascent.onEvent?.({ service, phase: "failed", detail: why });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(failures: Record<string, string>): string {
  const lines = Object.entries(failures).map(([service, why]) => `  ${service}: ${why}`);
  return `The stack is not up; mend this and run 'deno task stack up' again, which carries on from ` +
    `here:\n${lines.join("\n")}`;
}
