import type { Json } from "../probes/mod.ts";

/**
 * Copies arguments as the JSON that every layer can read; members that are undefined are left out.
 * A `Map`, a date, or an object that stands in two places would hide from some layer what the tool
 * sees, or keep it busy for ever. Iterative, since a model can nest arguments deeper than the stack.
 *
 * @throws {TypeError} naming the argument that is not JSON.
 * @throws {DOMException} named `DataCloneError` on what cannot be copied, such as a function.
 */
export function plainCopy(args: object): Record<string, Json> {
  const copy = structuredClone(args) as Record<string, unknown>;
  if (!isPlain(copy) || Array.isArray(copy)) throw new TypeError("Expected an object of arguments");
  const seen = new Set<object>([copy]);
  for (const [argument, value] of Object.entries(copy)) {
    if (value === undefined) delete copy[argument];
    const pending: unknown[] = value === undefined ? [] : [value];
    while (pending.length > 0) {
      const next = pending.pop();
      if (isScalar(next)) continue;
      if (typeof next !== "object" || next === null || !isPlain(next) || seen.has(next)) {
        throw new TypeError(`Expected the argument "${argument}" to be JSON`);
      }
      seen.add(next);
      for (const [name, item] of Object.entries(next)) {
        if (item === undefined && !Array.isArray(next)) {
          delete (next as Record<string, unknown>)[name];
        } else pending.push(item);
      }
    }
  }
  return copy as Record<string, Json>;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value));
}

/** Whether an object is one of JSON: a list without further members, or a plain object. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return Object.keys(value).length === value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
