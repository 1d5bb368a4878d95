/**
 * Turns rendered prompts and choices into tokens.
 *
 * @module
 */

import type { LlamaModel, Token, TokenBias } from "node-llama-cpp";
import { findBarred } from "./_barred.ts";
import { joinSegments, type Segment } from "./_prompt.ts";
import { Failure, type Generate } from "./_protocol.ts";
import type { Measure } from "./_scheduler.ts";

/** Cuts a text inside each barred token's text, so that no piece holds one. */
function breakUp(text: string, barred: readonly string[]): string[] {
  const cuts = new Set(findBarred(text, barred).map(({ start }) => start + 1));
  const bounds = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  return bounds.slice(1).map((end, i) => text.slice(bounds[i], end)).filter((part) => part !== "");
}

/**
 * Tokens of a prompt. Only what the template wrote can give control tokens.
 *
 * @param model Whose vocabulary.
 * @param segments The rendered prompt.
 * @param barred Texts that would become a control token.
 */
export function tokenizePrompt(
  model: LlamaModel,
  segments: readonly Segment[],
  barred: readonly string[],
): Token[] {
  return joinSegments(segments, barred).flatMap(({ text, trusted }) =>
    trusted
      ? model.tokenize(text, true)
      : breakUp(text, barred).flatMap((part) => model.tokenize(part, false))
  );
}

/** Two tokens whose odds are measured. */
export interface TokenChoice {
  /** Where. */
  measure: Measure;
  /** The alternatives. */
  pair: readonly [Token, Token];
}

/**
 * Where two alternatives part, in tokens: what their spellings share is fed, and the odds are
 * those of the first token that differs. Both are biased alike above all other tokens, which
 * leaves their odds as they are.
 */
export function tokenizeChoice(
  model: LlamaModel,
  choice: NonNullable<Generate["choice"]>,
  Bias: typeof TokenBias,
): TokenChoice {
  const [a, b] = choice.labels.map((label) => model.tokenize(choice.prefix + label, false));
  if (a === undefined || b === undefined) throw new Failure("failed", "A choice needs two labels");
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [first, second] = [a[at], b[at]];
  if (first === undefined || second === undefined) {
    const [left, right] = choice.labels;
    throw new Failure("failed", `Cannot tell "${left}" from "${right}": one begins the other`);
  }
  const bias = new Bias(model.tokenizer).set(first, { logit: 50 }).set(second, { logit: 50 });
  return { measure: { lead: a.slice(0, at), count: 2, bias }, pair: [first, second] };
}

/** Probability of the first alternative against the second. */
export function odds(choice: TokenChoice, found: ReadonlyMap<Token, number>): number {
  const [first, second] = choice.pair.map((token) => found.get(token));
  if (first === undefined || second === undefined || !(first + second > 0)) {
    throw new Error("The probabilities of both alternatives are not there");
  }
  return Math.min(1, Math.max(0, first / (first + second)));
}

/**
 * Whether a reply that starts with a JSON object or array has closed it.
 *
 * @param text The reply so far.
 */
export function closesJson(text: string): boolean {
  const start = text.search(/\S/);
  if (start < 0 || (text[start] !== "{" && text[start] !== "[")) return false;
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return true;
  }
  return false;
}
