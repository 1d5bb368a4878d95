/** What the gateway decided about one user turn. */
export type Decision =
  | {
    /** The request is passed on. */
    kind: "APPROVE";
    /** The restated intent, one line: all that the executor will see of the request. */
    intent: string;
  }
  | {
    /** The request is refused. */
    kind: "REJECT";
    /** Why, one line; empty when the gateway gave none. */
    reason: string;
  }
  | {
    /** The reply is no decision; it counts as a refusal and is tallied apart. */
    kind: "MALFORMED";
    /** What is wrong with the reply. */
    problem: string;
  };

const DECISION = /^DECISION:[ \t]*(APPROVE|REJECT)[ \t]*$/;
/** Another decision, also behind the marks of Markdown. */
const ANY_DECISION = /^[\s>*_#`~-]*DECISION[\s*_`]*:/i;
/** Every line end of Unicode: what a model or a terminal takes for one must not hide a line. */
const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/**
 * Parses the gateway's reply strictly.
 *
 * The first line that is not blank decides. Any later line that starts another decision makes the
 * reply malformed, as does an approval without an intent; text that merely quotes a decision inside
 * a line does not.
 *
 * @param text The reply as generated.
 */
export function parseDecision(text: string): Decision {
  const lines = text.split(LINE_END);
  const first = lines.findIndex((line) => line.trim() !== "");
  if (first < 0) return malformed("The reply is empty");
  const match = DECISION.exec((lines[first] as string).trim());
  if (match === null) {
    return malformed('The first line is neither "DECISION: APPROVE" nor "DECISION: REJECT"');
  }
  const rest = lines.slice(first + 1);
  if (rest.some((line) => ANY_DECISION.test(line))) {
    return malformed("A later line starts another decision");
  }
  if (match[1] === "REJECT") return { kind: "REJECT", reason: field(rest, "REASON") ?? "" };
  const intent = field(rest, "INTENT");
  if (intent === undefined || intent === "") return malformed("An approval has no intent");
  return { kind: "APPROVE", intent };
}

function malformed(problem: string): Decision {
  return { kind: "MALFORMED", problem };
}

/** The first non-blank line after the decision, if it is `NAME: value`. */
function field(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((candidate) => candidate.trim() !== "")?.trim();
  if (line === undefined || !line.startsWith(`${name}:`)) return undefined;
  return line.slice(name.length + 1).trim();
}
