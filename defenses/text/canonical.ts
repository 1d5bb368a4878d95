/** What is left to write: a value, or text that goes out as it is. */
type Pending = { value: unknown } | { text: string };

/**
 * JSON text of a value with member names sorted by UTF-16 code units and without white space
 * (RFC 8785), so that equal values have equal text. Members that are undefined are left out, as
 * `JSON.stringify` does. Iterative, since a model can nest arguments
 * deeper than the stack.
 *
 * @throws {TypeError} on what JSON cannot hold: an undefined item, NaN, an infinity, a function.
 */
export function canonicalText(root: unknown): string {
  const parts: string[] = [];
  const pending: Pending[] = [{ value: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if ("text" in next) parts.push(next.text);
    else if (typeof next.value === "object" && next.value !== null) {
      const inside = Array.isArray(next.value) ? ofArray(next.value) : ofObject(next.value);
      for (const item of inside.reverse()) pending.push(item);
    } else parts.push(scalar(next.value));
  }
  return parts.join("");
}

function ofArray(items: readonly unknown[]): Pending[] {
  const inside = items.flatMap((value, index): Pending[] => [
    { text: index === 0 ? "[" : "," },
    { value },
  ]);
  return inside.length === 0 ? [{ text: "[]" }] : [...inside, { text: "]" }];
}

function ofObject(members: object): Pending[] {
  const inside = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value], index): Pending[] => [
      { text: `${index === 0 ? "{" : ","}${JSON.stringify(name)}:` },
      { value },
    ]);
  return inside.length === 0 ? [{ text: "{}" }] : [...inside, { text: "}" }];
}

function scalar(value: unknown): string {
  const isJson = value === null || typeof value === "string" || typeof value === "boolean" ||
    typeof value === "number" && Number.isFinite(value);
  if (!isJson) throw new TypeError(`Cannot write ${String(value)} as JSON`);
  return JSON.stringify(value);
}
