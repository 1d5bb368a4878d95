import type { ConfirmationRequest } from "../../defenses/mod.ts";
import type { FileApprovals, WaitingRequest } from "./file_approvals.ts";
import type { ConfirmationDesk } from "./guard_connection.ts";

/** Options for {@linkcode approvalDesk}. */
export interface ApprovalDeskOptions {
  /** The meeting place with the approvers. */
  approvals: FileApprovals;
  /** How long a call waits for an answer, in milliseconds; 0 for not at all. */
  waitMs: number;
  /** Takes each request, to tell a person of it. */
  onAsk: (request: WaitingRequest) => void;
}

/** Time between two looks into the folder, in milliseconds. */
const INTERVAL = 200;

/**
 * Puts requests into the folder of the approvals and waits for a token. Each token is looked at
 * once: one that does not hold must not have the call reviewed over and over.
 */
export function approvalDesk(
  { approvals, waitMs, onAsk }: ApprovalDeskOptions,
): ConfirmationDesk {
  const seen = new Set<string>();
  return {
    async ask(request: ConfirmationRequest, signal: AbortSignal) {
      const waiting = await approvals.ask(request, Date.now());
      onAsk(waiting);
      const until = performance.now() + waitMs;
      while (true) {
        const fresh = (await approvals.tokens(waiting.digest)).filter((token) => !seen.has(token));
        for (const token of fresh) seen.add(token);
        if (fresh.length > 0) return "look-again";
        const left = until - performance.now();
        if (left <= 0) return "no-answer";
        await pause(Math.min(INTERVAL, left), signal);
      }
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", stop);
    resolve();
  }, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    stop();
  }, { once: true });
  if (signal.aborted) {
    clearTimeout(timer);
    stop();
  }
  return promise;
}
