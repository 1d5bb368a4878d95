import type { ReplyKind } from "../../probes/mod.ts";

/** How often something was read wrongly, of how many labelled replies. */
export interface ErrorCount {
  /** Wrong ones. */
  wrong: number;
  /** Replies that it could have happened to. */
  n: number;
}

/** How often one kind is read wrongly. */
export interface KindErrors {
  /** Replies of the kind that were read as another. */
  missed: ErrorCount;
  /** Replies of another kind that were read as this one. */
  mistaken: ErrorCount;
}

/**
 * Errors of `readReply()` on held-out replies without a mark, by kind; `redirect` is the question
 * whether a refusal names a way, asked of the refusals that were read as such. The replies were
 * labelled before they were read, and neither words nor cues were changed after. A test counts them again.
 */
export const REPLY_ERRORS: Readonly<Record<ReplyKind | "redirect", KindErrors>> = {
  refusal: { missed: { wrong: 1, n: 32 }, mistaken: { wrong: 1, n: 78 } },
  clarification: { missed: { wrong: 0, n: 20 }, mistaken: { wrong: 1, n: 90 } },
  report: { missed: { wrong: 1, n: 28 }, mistaken: { wrong: 1, n: 82 } },
  answer: { missed: { wrong: 1, n: 30 }, mistaken: { wrong: 0, n: 80 } },
  redirect: { missed: { wrong: 3, n: 10 }, mistaken: { wrong: 0, n: 21 } },
};
