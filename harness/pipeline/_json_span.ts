/**
 * The JSON object or array with which a text starts, or undefined when it does not close. What
 * follows it (a stray brace, an explanation) is left out; strings and escapes are honoured.
 */
export function findJson(text: string): string | undefined {
  const start = text.search(/\S/);
  if (start < 0 || (text[start] !== "{" && text[start] !== "[")) return undefined;
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === "\\") i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return text.slice(start, i + 1);
  }
  return undefined;
}
