import { z } from "zod";
import type { ProbeContext, Transcript } from "../sdk/define_plugin.ts";

/** What the host asks of a plugin. */
export type Request =
  | { id: number; method: "probes"; params: ProbeContext }
  | { id: number; method: "next"; params: Transcript };

/** What a plugin's process answers; `id` 0 is the announcement after loading. */
export type Answer = { id: number; result: unknown } | { id: number; error: string };

/** Deepest nesting of a line; a probe needs about ten levels. */
const MAX_DEPTH = 64;

const AnswerLine: z.ZodType<Answer> = z.union([
  z.strictObject({ id: z.int().min(0), result: z.unknown() }),
  z.strictObject({ id: z.int().min(0), error: z.string().max(20_000) }),
]) as z.ZodType<Answer>;

/**
 * Parses one line that a plugin's process wrote.
 *
 * @throws {SyntaxError} when it is no answer, nests too deep or names a prototype.
 */
export function parseAnswer(line: string): Answer {
  if (depth(line) > MAX_DEPTH) {
    throw new SyntaxError(`it nests deeper than ${MAX_DEPTH} levels`);
  }
  const value: unknown = JSON.parse(line, (key, value) => {
    // A key of this name turns into a prototype as soon as somebody copies the object.
    if (key === "__proto__") throw new SyntaxError('it has a key "__proto__"');
    return value;
  });
  const parsed = AnswerLine.safeParse(value);
  if (!parsed.success) throw new SyntaxError("it is no answer");
  return parsed.data;
}

/** Nesting of JSON text, found without recursion, so that no text can exhaust the stack. */
function depth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}
