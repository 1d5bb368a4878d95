import type { Action, AnyDefense, Finding, Stage, Subject } from "./defense.ts";

const ACTIONS: ReadonlySet<unknown> = new Set<Action>(["allow", "confirm", "block", "rewrite"]);

/**
 * Reads what a defense returned: only the fields of the contract, evidence as plain JSON.
 *
 * @throws {TypeError} when the answer breaks the contract.
 */
export function readFinding<S extends Stage>(
  value: unknown,
  { stage, blockingOnly }: Pick<AnyDefense, "stage" | "blockingOnly">,
): Finding<S> {
  if (!isRecord(value)) throw new TypeError(`Expected a finding, got ${kindOf(value)}`);
  const { action, rule, reason, evidence, replacement } = value;
  if (!ACTIONS.has(action)) {
    throw new TypeError(
      `Expected "action" to be "allow", "confirm", "block" or "rewrite", got ${quote(action)}`,
    );
  }
  if (typeof rule !== "string" || rule === "") {
    throw new TypeError('Expected "rule" to be a non-empty string');
  }
  if (typeof reason !== "string") throw new TypeError('Expected "reason" to be a string');
  const finding: Finding<S> = { action: action as Action, rule, reason };
  if (evidence !== undefined) finding.evidence = plainJson(evidence);
  if (action === "rewrite") {
    if (blockingOnly) throw new TypeError('A "blockingOnly" defense cannot rewrite');
    if (!fits(stage, replacement)) {
      throw new TypeError(`Expected "replacement" to be a subject of the stage "${stage}"`);
    }
    finding.replacement = replacement as Subject<S>;
  } else if (replacement !== undefined) {
    throw new TypeError(`Expected no "replacement" beside the action "${action}"`);
  }
  return finding;
}

function fits(stage: Stage, value: unknown): boolean {
  if (!isRecord(value)) return false;
  switch (stage) {
    case "request":
      return Array.isArray(value.messages) &&
        value.messages.every((message) => isRecord(message) && typeof message.content === "string");
    case "intent":
      return typeof value.intent === "string";
    case "call":
      return isCall(value.call);
    // A prepared effect is what the service would do: it can be refused, not edited.
    case "commit":
      return false;
    case "result":
      return isCall(value.call) && typeof value.content === "string";
  }
}

function isCall(value: unknown): boolean {
  return isRecord(value) && typeof value.name === "string" && isRecord(value.arguments);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainJson(evidence: unknown): Record<string, unknown> {
  if (!isRecord(evidence)) throw new TypeError('Expected "evidence" to be an object');
  let copy: unknown;
  try {
    copy = JSON.parse(JSON.stringify(evidence));
  } catch (cause) {
    throw new TypeError('Expected "evidence" to be JSON', { cause });
  }
  if (!isRecord(copy)) throw new TypeError('Expected "evidence" to be JSON');
  return copy;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
}
