import { dirname } from "node:path";
import type { Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { importKeyring } from "../../defenses/mod.ts";
import { environment } from "../environment.ts";
import { approvalDesk } from "../guard/approval_desk.ts";
import { ChildTransport } from "../guard/child_transport.ts";
import { FileApprovals, type WaitingRequest } from "../guard/file_approvals.ts";
import type { FindingLine } from "../guard/finding_line.ts";
import { guardConnection } from "../guard/guard_connection.ts";
import {
  chainOf,
  contextOf,
  type GuardPolicy,
  GuardPolicyError,
  readGuardPolicy,
} from "../guard/guard_policy.ts";
import { serveGuard } from "../guard/serve_guard.ts";
import type { GuardOptions } from "./commands/guard.ts";
import { EXIT_INFRASTRUCTURE, UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Runs `argus guard`; returns the exit code. Stdout belongs to the protocol. */
export async function runGuard(command: readonly string[], options: GuardOptions): Promise<number> {
  const policy = await policyOf(options);
  const approvals = new FileApprovals(userPath(options.approvals));
  using findings = FindingsFile.open(userPath(options.log));
  const stores = { approvals, ledger: new Map() };
  const desk = approvalDesk({ approvals, waitMs: options.wait * 1000, onAsk: announce });
  let exitCode: number | undefined;
  const connect = async (client: Transport): Promise<void> => {
    const server = childOf(command);
    await guardConnection({
      client,
      server,
      chain: chainOf(policy, stores),
      context: contextOf(policy),
      desk,
      log: (line) => findings.write(line),
      onError: report,
    });
    exitCode = server.exitCode;
  };
  if (options.http === undefined) {
    await connect(new StdioServerTransport());
    return (exitCode ?? 0) === 0 ? 0 : EXIT_INFRASTRUCTURE;
  }
  using interrupt = new Interrupt();
  await serveGuard({
    port: options.http,
    connect,
    onError: report,
    signal: interrupt.signal,
    onListen: (url) => console.error(`argus guard: listening on ${url}; Ctrl-C ends it`),
  });
  return 0;
}

/** The policy of the file with the options on top; checked before a server starts. */
async function policyOf({ policy: file, requester }: GuardOptions): Promise<GuardPolicy> {
  const policy = file === undefined ? {} : readGuardPolicy(userPath(file));
  try {
    await importKeyring(policy.keyring ?? {});
  } catch (error) {
    throw new GuardPolicyError(`${file}: field "keyring": ${(error as Error).message}`);
  }
  if (requester === undefined) return policy;
  const match = /^([^:\s]+):([^:\s]+)$/.exec(requester);
  if (match === null) {
    throw new UsageError(`Cannot read --requester "${requester}": expected name:role`);
  }
  return { ...policy, requester: { username: match[1] as string, role: match[2] as string } };
}

/** The server's process, which runs where the user typed the command. */
function childOf([command = "", ...args]: readonly string[]): ChildTransport {
  const cwd = environment("INIT_CWD");
  const child = new ChildTransport({ command, args, ...(cwd === undefined ? {} : { cwd }) });
  const start = child.start.bind(child);
  child.start = async () => {
    try {
      await start();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new UsageError(`Cannot start "${command}": there is no such program`);
      }
      if (error instanceof Deno.errors.NotCapable) {
        throw new UsageError(
          `Cannot start "${command}": the task may not; grant it by name: deno run -P=guard ` +
            `--allow-run=${command} harness/cli/main.ts guard …`,
        );
      }
      throw error;
    }
  };
  return child;
}

function report(error: Error): void {
  // What the message schemas say of a stranger's line is pages long.
  const text = "issues" in error ? "What is no message of the protocol was dropped" : error.message;
  console.error(`argus guard: ${text}`);
}

function announce({ digest, tool, requester }: WaitingRequest): void {
  console.error(
    `argus guard: "${tool}" for "${requester}" waits for approval: ` +
      `deno task confirm show ${digest.slice(0, 12)}`,
  );
}

/** The findings' file, opened for adding lines. */
class FindingsFile implements Disposable {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  static open(path: string): FindingsFile {
    Deno.mkdirSync(dirname(path), { recursive: true });
    return new FindingsFile(Deno.openSync(path, { append: true, create: true, mode: 0o600 }));
  }

  /** Adds a line; what fails here stops the call that it is about. */
  write(line: FindingLine): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = (): void => this.#controller.abort();

  constructor() {
    Deno.addSignalListener("SIGINT", this.#stop);
    Deno.addSignalListener("SIGTERM", this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#stop);
    Deno.removeSignalListener("SIGTERM", this.#stop);
  }
}
