import { MAX_IDENTIFIER, readings, squeeze } from "./fold.ts";
import { emailsIn, tokensIn, uuidsIn } from "./names.ts";

/** Most parts of one argument that are looked up; an argument with more is no identifier. */
const MAX_PARTS = 64;

/**
 * The spellings of an identifier that a directory might be asked for: as given, in each reading,
 * and what stands in it when it is a list or JSON rather than a name.
 */
export function variants(text: string): string[] {
  const spellings = new Set([text, text.trim()]);
  const { texts } = readings(text);
  for (const reading of [...texts, ...texts.map(squeeze)]) {
    if (reading === undefined) continue;
    spellings.add(reading.trim());
    const parts = [...uuidsIn(reading), ...emailsIn(reading), ...tokensIn(reading)];
    for (const part of parts.slice(0, MAX_PARTS)) spellings.add(part);
  }
  return [...spellings].filter((spelling) => spelling !== "" && spelling.length <= MAX_IDENTIFIER);
}
