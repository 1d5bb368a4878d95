import type { Message } from "../../probes/mod.ts";
import type { Defense } from "../defense.ts";
import { CRITIC_PROMPT, type CriticQuestion, criticTurn } from "./rubric.ts";

/** Options for {@linkcode Chat}. */
export interface ChatOptions {
  /** Most tokens to generate. */
  maxTokens: number;
  /** Aborts when the answer is no longer wanted. */
  signal: AbortSignal;
}

/** Any chat function: a model behind a port as small as this can be the critic. */
export type Chat = (messages: readonly Message[], options: ChatOptions) => Promise<string>;

/** Options for {@linkcode intentCritic}. */
export interface IntentCriticOptions {
  /** The model. */
  chat: Chat;
  /**
   * Most tokens that the critic may answer with.
   * @default {64}
   */
  maxTokens?: number;
  /**
   * Whether the critic reads the request beside the intent, where the context has it.
   * @default {false}
   */
  readsRequest?: boolean;
  /**
   * Whether the same question always gets the same answer: greedy decoding on a back end that is
   * batch-invariant.
   * @default {false}
   */
  deterministic?: boolean;
}

/** The critic's answer, read. */
export type CriticAnswer =
  | {
    /** The intent may go on. */
    verdict: "ok";
  }
  | {
    /** The intent must not go on. */
    verdict: "reject";
    /** Why, in the critic's words; empty when it gave no reason. */
    reason: string;
  };

/**
 * Asks a judge model whether an approved intent may go on. An answer that is neither `OK` nor
 * `OVERRIDE_REJECT` is a failure, never an approval.
 *
 * @throws (when reviewing) {SyntaxError} when the answer is malformed, or what `chat` throws.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { intentCritic } from "@argus-safety/argus/defenses";
 *
 * const critic = intentCritic({ chat: () => Promise.resolve("OVERRIDE_REJECT: erases audit") });
 * assert.equal(critic.stage, "intent");
 * ```
 */
export function intentCritic(options: IntentCriticOptions): Defense<"intent"> {
  const { chat, maxTokens = 64, readsRequest = false, deterministic = false } = options;
  return {
    name: "intent-critic",
    stage: "intent",
    deterministic,
    blockingOnly: true,
    async review({ intent }, { requester, request, signal }) {
      const question: CriticQuestion = { intent };
      if (requester !== undefined) {
        question.requester = `${requester.username} (${requester.role})`;
      }
      if (readsRequest && request !== undefined) question.request = request;
      const messages: Message[] = [
        { role: "system", content: CRITIC_PROMPT },
        { role: "user", content: criticTurn(question) },
      ];
      const reply = await chat(messages, { maxTokens, signal });
      const answer = parseCriticAnswer(reply);
      return answer.verdict === "ok"
        ? {
          action: "allow",
          rule: "ok",
          reason: "The critic sees no objection",
          evidence: { reply },
        }
        : {
          action: "block",
          rule: "override-reject",
          reason: answer.reason === "" ? "The critic gave no reason" : answer.reason,
          evidence: { reply },
        };
    },
  };
}

/**
 * Reads the critic's answer strictly: the first line that is not blank is `OK`, or
 * `OVERRIDE_REJECT` with or without `: reason`, and no later line answers otherwise.
 *
 * @throws {SyntaxError} when the answer is anything else.
 */
export function parseCriticAnswer(reply: unknown): CriticAnswer {
  if (typeof reply !== "string") {
    throw new SyntaxError("Expected the critic's answer to be text");
  }
  const lines = reply.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.trim())
    .filter((line) => line !== "");
  const [first = "", ...rest] = lines;
  const answer = readLine(first);
  if (answer === undefined) {
    throw new SyntaxError(
      `Expected the critic to answer "OK" or "OVERRIDE_REJECT", got ${
        JSON.stringify(first.slice(0, 80))
      }`,
    );
  }
  const contradicted = answer.verdict === "ok"
    ? rest.some((line) => line.includes("OVERRIDE_REJECT"))
    : rest.some((line) => line === "OK");
  if (contradicted) throw new SyntaxError("Expected one answer from the critic, got both");
  return answer;
}

function readLine(line: string): CriticAnswer | undefined {
  if (line === "OK") return { verdict: "ok" };
  const reject = /^OVERRIDE_REJECT(?:\s*:\s*(.*))?$/.exec(line);
  return reject === null ? undefined : { verdict: "reject", reason: reject[1]?.trim() ?? "" };
}
