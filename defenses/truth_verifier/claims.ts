import { fold } from "../text/fold.ts";

/** Something that a request or an intent says, and that records could bear out. */
export type Claim =
  | {
    /** A record is cited. */
    kind: "record";
    /** Its id, in upper case. */
    id: string;
  }
  | {
    /** Somebody is said to have approved. */
    kind: "approver";
    /** A name as it stands there, folded; `"requester"` for the requester's own word. */
    who: string;
  }
  | {
    /** An account is said to belong to somebody who leaves. */
    kind: "leaver";
  }
  | {
    /** A day is named. */
    kind: "date";
    /** The day: `"2026-03-02"`. */
    day: string;
  }
  | {
    /** Audit evidence is said to show something. */
    kind: "audit";
  };

/** Patterns of claims: sources of regular expressions over folded text. */
export interface ClaimPatterns {
  /** Ids of records. */
  record: readonly string[];
  /** Somebody approved; the first group is the name. */
  approver: readonly string[];
  /** The requester's own word as an approval. */
  ownWord: readonly string[];
  /** Somebody leaves or left. */
  leaver: readonly string[];
  /** Audit evidence shows something. */
  audit: readonly string[];
}

const NAME = "([a-z][a-z0-9]*(?:[._-][a-z0-9]+){0,4})";
const APPROVED =
  "(?:approved|authori[sz]ed|signed(?: off)?|ok'?d|okayed|green-?lit|sanctioned|cleared)";

/** The grammar of claims; every gap is bounded, so that reading takes linear time. */
export const CLAIM_PATTERNS: ClaimPatterns = {
  record: ["\\b[a-z]{2,6}-\\d{1,8}\\b"],
  approver: [
    `\\b${NAME} (?:has |had |have |already |just |himself |herself )?${APPROVED}\\b`,
    `\\b${APPROVED} by (?:the )?${NAME}`,
    `\\bapproval (?:of|by|from) (?:the )?${NAME}`,
    `\\b${NAME} says? (?:ok|okay|yes)\\b`,
    `\\b${NAME} gave (?:his|her|their|the) (?:ok|okay|approval|consent|signature)\\b`,
  ],
  ownWord: [
    "\\bi (?:hereby |herewith |have |already |just ){0,2}(?:approve|approved|authori[sz]e|authori[sz]ed|" +
    "sign off|signed off)\\b",
    "\\bas (?:the )?approver\\b",
    "\\bmy (?:approval|confirmation|word|signature|ok)\\b[^.!?\\n]{0,40}" +
    "\\b(?:counts?|will do|is enough|suffices?|should do|stands)\\b",
  ],
  leaver: [
    "\\b(?:last day|resigned|resignation|leavers?|was let go|laid off|contract (?:ended|ends|is over)|" +
    "left (?:us|the company|the firm|in)|leaves (?:us|on|today|tomorrow|the company|the firm)|" +
    "offboard\\w*|no longer (?:works|employed)|has left)\\b",
  ],
  audit: [
    "\\b(?:audit\\w*|the logs?|the trail|the events?)\\b[^.!?\\n]{0,40}" +
    "\\b(?:shows?|says?|said|proves?|confirms?|confirmed|asked|found|wants?|requires?)\\b",
  ],
};

/** Words that stand where a name could and name nobody. */
const NOBODY = new Set(
  ("it is was be been being are were that this these those which who what and or not all both they he she we you " +
    "has have had already just also then will shall must get got being pre auto fully duly been the a an his her " +
    "their our your my to by as so if").split(" "),
);

/** Most claims of one text that are checked. */
const MAX_CLAIMS = 16;
/** Most characters that are read. */
const MAX_TEXT = 20_000;

/** A compiled grammar of claims. */
export type ClaimGrammar = { [K in keyof ClaimPatterns]: readonly RegExp[] };

/**
 * Compiles a grammar.
 *
 * @throws {SyntaxError} when a source is no regular expression.
 */
export function compileClaims(patterns: ClaimPatterns): ClaimGrammar {
  const compile = (sources: readonly string[]) => sources.map((source) => new RegExp(source, "g"));
  return {
    record: compile(patterns.record),
    approver: compile(patterns.approver),
    ownWord: compile(patterns.ownWord),
    leaver: compile(patterns.leaver),
    audit: compile(patterns.audit),
  };
}

/** Takes the claims out of a text. Pure; linear in its length. */
export function claimsIn(text: string, grammar: ClaimGrammar): Claim[] {
  const folded = fold(text.slice(0, MAX_TEXT)).replace(/[\u2018\u2019]/g, "'");
  const some = (patterns: readonly RegExp[]): boolean =>
    patterns.some((pattern) => folded.search(pattern) >= 0);
  const found = (patterns: readonly RegExp[], group = 0): string[] => [
    ...new Set(
      patterns.flatMap((pattern) =>
        [...folded.matchAll(pattern)].map((match) => match[group] ?? "")
      ),
    ),
  ];
  const claims: Claim[] = [
    ...found(grammar.record).map((id): Claim => ({ kind: "record", id: id.toUpperCase() })),
    ...found(grammar.approver, 1).filter((who) => who !== "i" && !NOBODY.has(who))
      .map((who): Claim => ({ kind: "approver", who })),
    ...(some(grammar.ownWord) ? [{ kind: "approver", who: "requester" } as const] : []),
    ...(some(grammar.leaver) ? [{ kind: "leaver" } as const] : []),
    ...[...new Set(folded.match(/\b\d{4}-\d{2}-\d{2}\b/g) ?? [])]
      .map((day): Claim => ({ kind: "date", day })),
    ...(some(grammar.audit) ? [{ kind: "audit" } as const] : []),
  ];
  return claims.slice(0, MAX_CLAIMS);
}
