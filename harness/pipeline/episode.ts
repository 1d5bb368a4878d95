import type { Context, HistoryEntry, Lookup } from "../../defenses/mod.ts";
import {
  type Message,
  type Probe,
  type ToolCall,
  TOOLS,
  type ToolSchema,
} from "../../probes/mod.ts";
import type { Episode } from "../../stack/mod.ts";
import {
  type Generation,
  type Inference,
  InferenceError,
  PromptTooLongError,
} from "../inference/backend.ts";
import { checkCall, type CheckedCall, parseReply, type RawCall } from "./calls.ts";
import { type Decision, parseDecision } from "./decision.ts";
import { ExecutorTurns } from "./executor_turns.ts";
import type {
  CallRecord,
  EpisodeRecord,
  GenerationRecord,
  StepRecord,
  TurnRecord,
} from "./record.ts";
import type { Reviewer } from "./reviewer.ts";
import { GatewayTurns, requesterOf, userTurns } from "./user_turns.ts";

/** Limits that can decide a verdict: they count turns and tokens, never time. */
export interface Limits {
  /** Most tokens of a gateway reply. */
  gatewayTokens: number;
  /** Most tokens of an executor reply. */
  executorTokens: number;
  /** Most replies of the executor to one intent. */
  steps: number;
  /** Most replies in a row that hold no valid call before the executor is given up. */
  invalid: number;
  /** Most user turns of one episode. */
  turns: number;
}

/** The limits unless an arm names others. */
export const DEFAULT_LIMITS: Limits = {
  gatewayTokens: 160,
  executorTokens: 256,
  steps: 8,
  invalid: 2,
  turns: 8,
};

/** What an arm says about how episodes are played. */
export interface EpisodeRules {
  /** Limits in turns and tokens. */
  limits: Limits;
  /**
   * How the gateway decides: `parsed` generates and parses; `scored` compares the probability of
   * APPROVE with `threshold` and takes the intent from the generated text.
   */
  decision: "parsed" | "scored";
  /** Least probability of APPROVE that approves, under `scored`. */
  threshold: number;
  /** Sampling temperature of gateway and executor; the critic is always greedy. */
  temperature: number;
}

/** The adaptive attacker of a plugin: gives the next user turn after a reply, or null to stop. */
export type NextTurn = (
  transcript: readonly { request: string; reply: string }[],
) => Promise<string | null>;

/** What an episode is played with. */
export interface EpisodeTools {
  /** The models. */
  inference: Inference;
  /** The world of this episode. */
  world: Episode;
  /** The defenses. */
  reviewer: Reviewer;
  /** Schemas of the tools that the probe offers. */
  schemas: readonly ToolSchema[];
  /** Limits and decision method. */
  rules: EpisodeRules;
  /** Seed of this unit's samplers. */
  seed: number;
  /** Time that defenses see, in milliseconds since the epoch. */
  clock: () => number;
  /** Cancels the episode. */
  signal: AbortSignal;
  /** The attacker's next turn, for adaptive probes. */
  next?: NextTurn;
}

const DECISION_CHOICE = { prefix: "DECISION:", labels: [" APPROVE", " REJECT"] } as const;

/**
 * Plays one probe: each user turn through the gateway and the request and intent layers, an approved
 * intent through the executor and the call, commit and result layers on the world.
 *
 * @param probe The probe.
 * @param tools Models, world, defenses and rules.
 * @returns The record from which the outcome is decided.
 * @throws {InferenceError} or `WorldError` on an infrastructure failure: never a verdict.
 */
export async function playEpisode(probe: Probe, tools: EpisodeTools): Promise<EpisodeRecord> {
  const play = new Play(probe, tools);
  const scripted = userTurns(probe.messages);
  const transcript: { request: string; reply: string }[] = [];
  for (const { before, request, after } of scripted.slice(0, tools.rules.limits.turns)) {
    play.addScripted(before);
    const turn = await play.turn(request, after);
    transcript.push({ request, reply: turn.reply });
    if (play.stopped) return play.record;
  }
  while (tools.next !== undefined && transcript.length < tools.rules.limits.turns) {
    const request = await tools.next(transcript);
    if (request === null) break;
    const turn = await play.turn(request);
    transcript.push({ request, reply: turn.reply });
    if (play.stopped) break;
  }
  return play.record;
}

class Play {
  readonly record: EpisodeRecord = { turns: [] };
  stopped = false;
  readonly #tools: EpisodeTools;
  readonly #gateway: GatewayTurns;
  readonly #executor: ExecutorTurns;
  readonly #context: Context & { history: HistoryEntry[] };

  constructor(probe: Probe, tools: EpisodeTools) {
    this.#tools = tools;
    this.#gateway = new GatewayTurns(probe);
    this.#executor = new ExecutorTurns(tools.schemas);
    const requester = requesterOf(probe);
    const lookup: Lookup = tools.world.directory;
    this.#context = {
      ...(requester === undefined ? {} : { requester }),
      history: [],
      lookup,
      state: new Map(),
      clock: tools.clock,
      signal: tools.signal,
    };
  }

  addScripted(turns: readonly Message[]): void {
    this.#gateway.addScripted(turns);
    this.#executor.addScripted(turns);
    this.#context.history.push(...scriptedHistory(turns));
  }

  /** Plays one user turn to the reply that the requester sees. */
  async turn(request: string, after: readonly Message[] = []): Promise<TurnRecord> {
    const turn: TurnRecord = {
      request,
      requestFindings: [],
      gateway: null,
      intentFindings: [],
      intent: null,
      steps: [],
      reply: "",
      disclosed: [],
      overflow: false,
    };
    this.record.turns.push(turn);
    this.#gateway.addRequest(request);
    this.#context.request = this.#gateway.requests.join("\n\n");
    turn.reply = await this.#answer(turn, after);
    turn.disclosed = this.#tools.world.disclosed(turn.reply, "requester");
    this.#gateway.addReply(turn.reply);
    return turn;
  }

  async #answer(turn: TurnRecord, after: readonly Message[]): Promise<string> {
    const { reviewer } = this.#tools;
    const asked = await reviewer.review(
      "request",
      { messages: this.#gateway.messages.filter(({ role }) => role !== "system") },
      this.#context,
    );
    turn.requestFindings = asked.findings;
    if (asked.stop !== null) return this.#stop();
    const decision = await this.#decide(turn, asked.rewritten ? asked.subject.messages : undefined);
    if (decision.kind === "REJECT") return `Rejected: ${decision.reason}`;
    if (decision.kind === "MALFORMED") return "Rejected";
    const review = await reviewer.review("intent", { intent: decision.intent }, this.#context);
    turn.intentFindings = review.findings;
    if (review.stop !== null) return this.#stop();
    const { intent } = review.subject;
    turn.intent = intent;
    this.#context.intent = intent;
    this.#executor.addIntent(intent);
    this.#executor.addScripted(after);
    this.#context.history.push(...scriptedHistory(after));
    return await this.#execute(turn);
  }

  async #decide(
    turn: TurnRecord,
    rewritten: readonly Message[] | undefined,
  ): Promise<Decision> {
    const { rules } = this.#tools;
    const messages = rewritten === undefined
      ? this.#gateway.messages
      : [...this.#gateway.messages.filter(({ role }) => role === "system"), ...rewritten];
    const generation = await this.#generate("gateway", {
      messages,
      maxTokens: rules.limits.gatewayTokens,
      choice: DECISION_CHOICE,
    });
    const pApprove = generation.choiceProbability ?? null;
    const parsed = parseDecision(generation.text);
    const decision = rules.decision === "parsed"
      ? parsed
      : scoredDecision(parsed, pApprove, rules.threshold);
    turn.gateway = { generation: recordOf(generation), decision, pApprove };
    return decision;
  }

  /** Lets the executor work on the intent until it is done, gives up, or is stopped. */
  async #execute(turn: TurnRecord): Promise<string> {
    const { limits } = this.#tools.rules;
    let invalid = 0;
    while (turn.steps.length < limits.steps) {
      const generation = await this.#executorReply(turn);
      if (generation === null) return "The request was cut off: its results are too long";
      const reply = parseReply(generation.text, generation.toolCalls);
      const step: StepRecord = { generation: recordOf(generation), reply: reply.kind, calls: [] };
      turn.steps.push(step);
      if (reply.kind === "unreadable") {
        this.#executor.addReply(generation.text, []);
        this.#executor.addProblem(reply.problem);
      } else if (reply.kind !== "calls") {
        this.#executor.addReply(reply.text, []);
        return reply.text;
      } else if (await this.#calls(reply.calls, step, generation.text)) return this.#stop();
      const useless = step.calls.every(({ status }) => status === "invalid");
      invalid = useless ? invalid + 1 : 0;
      if (invalid >= limits.invalid) return "The request could not be carried out";
    }
    return "The request was cut off after too many steps";
  }

  /**
   * The executor's next reply; null when what it has done so far leaves no room for one. Then the turn
   * ends as at any other limit in tokens, and what was done counts: to drop the episode would drop
   * those that did the most. A first prompt that does not fit is an error.
   */
  async #executorReply(turn: TurnRecord): Promise<Generation | null> {
    try {
      return await this.#generate("executor", {
        messages: this.#executor.messages,
        tools: this.#executor.tools,
        maxTokens: this.#tools.rules.limits.executorTokens,
        callOrText: true,
      });
    } catch (error) {
      if (!(error instanceof PromptTooLongError) || turn.steps.length === 0) throw error;
      turn.overflow = true;
      return null;
    }
  }

  /** Makes the calls of one reply in order; true when a layer stopped the episode. */
  async #calls(raw: readonly RawCall[], step: StepRecord, text: string): Promise<boolean> {
    const checked = raw.map((call) => checkCall(call, this.#tools.schemas));
    this.#executor.addReply(text, checked.flatMap((each) => each.ok ? [each.call] : []));
    const problems: string[] = [];
    for (const [index, each] of checked.entries()) {
      if (each.ok) {
        if (await this.#call(each, step)) return true;
      } else {
        const result = errorResult(each.problem);
        step.calls.push({
          call: { name: each.name, arguments: (raw[index]?.arguments ?? null) as null },
          callFindings: [],
          status: "invalid",
          commitFindings: [],
          diff: [],
          result,
          resultFindings: [],
        });
        problems.push(each.problem);
      }
    }
    problems.forEach((problem) => this.#executor.addProblem(problem));
    return false;
  }

  /** Makes one checked call; true when a layer stopped the episode. */
  async #call(checked: CheckedCall & { ok: true }, step: StepRecord): Promise<boolean> {
    const { reviewer, world } = this.#tools;
    const { schema } = checked;
    let { call } = checked;
    const record: CallRecord = {
      call,
      callFindings: [],
      status: null,
      commitFindings: [],
      diff: [],
      result: null,
      resultFindings: [],
    };
    step.calls.push(record);
    await this.#nameAccounts(record, call);
    const before = await reviewer.review("call", { call, schema }, this.#context);
    record.callFindings = before.findings;
    if (before.stop !== null) return true;
    if (before.rewritten) {
      record.call = call = this.#recheck(before.subject.call);
      await this.#nameAccounts(record, call);
    }
    const prepared = await world.prepare(call);
    // A chain freezes what it reviews; the world's own rows must stay writable.
    const diff = structuredClone(prepared.diff);
    const effect = await reviewer.review("commit", { call, diff }, this.#context);
    record.commitFindings = effect.findings;
    if (effect.stop !== null) {
      await prepared.rollback();
      return true;
    }
    await prepared.commit();
    record.status = prepared.status;
    record.diff = diff;
    record.result = prepared.result;
    const shown = await reviewer.review(
      "result",
      { call, content: prepared.result },
      this.#context,
    );
    record.resultFindings = shown.findings;
    if (shown.stop !== null) return true;
    this.#executor.addResult(call.name, shown.subject.content);
    this.#context.history.push({ call, result: shown.subject.content });
    return false;
  }

  /** Notes whom a call's UUIDs stand for, before the call can remove them. */
  async #nameAccounts(record: CallRecord, call: Readonly<ToolCall>): Promise<void> {
    const accounts = await accountsOf(call, this.#tools.world.directory);
    if (accounts === null) delete record.accounts;
    else record.accounts = accounts;
  }

  /** A call that a layer rewrote is checked like one that the model made. */
  #recheck(call: RawCall): Readonly<ToolCall> {
    const again = checkCall(call, this.#tools.schemas);
    if (again.ok) return again.call;
    throw new TypeError(`A defense rewrote a call to one that does not fit: ${again.problem}`);
  }

  async #generate(
    role: "gateway" | "executor",
    request: Omit<Parameters<Inference["generate"]>[1], "temperature" | "seed" | "signal">,
  ): Promise<Generation> {
    const { inference, rules, seed, signal } = this.#tools;
    return await inference.generate(role, {
      ...request,
      temperature: rules.temperature,
      ...(rules.temperature > 0 ? { seed } : {}),
      signal,
    });
  }

  #stop(): string {
    this.stopped = true;
    return "Stopped by policy";
  }
}

/** The calls that a probe scripts, each with the tool turn that answers it. */
function scriptedHistory(turns: readonly Message[]): HistoryEntry[] {
  const waiting: ToolCall[] = [];
  const history: HistoryEntry[] = [];
  for (const { role, content, tool_calls = [], name } of turns) {
    waiting.push(...tool_calls);
    if (role !== "tool") continue;
    const at = waiting.findIndex((call) => name === undefined || call.name === name);
    const [call] = at < 0 ? [] : waiting.splice(at, 1);
    history.push({ call: call ?? { name: name ?? "unknown", arguments: {} }, result: content });
  }
  return history;
}

/** The decision by probability, with the intent and the reason from the text. */
function scoredDecision(parsed: Decision, pApprove: number | null, threshold: number): Decision {
  if (pApprove === null) {
    if (parsed.kind === "MALFORMED") return parsed;
    throw new InferenceError(
      'The back end gave no probability of APPROVE: use "--decision parsed" with it',
    );
  }
  if (pApprove < threshold) {
    return parsed.kind === "REJECT" ? parsed : { kind: "REJECT", reason: "" };
  }
  if (parsed.kind === "APPROVE") return parsed;
  return { kind: "MALFORMED", problem: "The score approves, but the text states no intent" };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The usernames behind UUIDs; null when no argument is one. */
async function accountsOf(
  { name, arguments: args }: Readonly<ToolCall>,
  directory: Lookup,
): Promise<Record<string, string> | null> {
  const found: Record<string, string> = {};
  for (const argument of TOOLS.get(name)?.identityArguments ?? []) {
    const value = args[argument];
    if (typeof value !== "string" || !UUID.test(value)) continue;
    const account = await directory.principal(String(args.realm ?? ""), value);
    if (account !== undefined) found[argument] = account.username;
  }
  return Object.keys(found).length === 0 ? null : found;
}

function recordOf(generation: Generation): GenerationRecord {
  const { text, finish, promptTokens, generatedTokens, ms, prompt } = generation;
  return {
    ...(prompt === undefined ? {} : { prompt }),
    raw: text,
    finish,
    promptTokens,
    generatedTokens,
    ms,
  };
}

function errorResult(problem: string): string {
  return JSON.stringify({ error: problem });
}
