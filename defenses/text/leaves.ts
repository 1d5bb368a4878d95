/** A string somewhere in a value. */
export interface Leaf {
  /** The top-level argument that it belongs to. */
  argument: string;
  /** The string: a value, or the name of a nested member. */
  text: string;
}

/**
 * Finds every string in the arguments of a call, at any depth, names of nested members and numbers
 * included. Iterative, since arguments can be nested deeper than the stack.
 */
export function leaves(args: Readonly<Record<string, unknown>>): Leaf[] {
  const found: Leaf[] = [];
  for (const [argument, value] of Object.entries(args)) {
    const pending: unknown[] = [value];
    while (pending.length > 0) {
      const next = pending.pop();
      if (typeof next === "string") found.push({ argument, text: next });
      else if (typeof next === "number") found.push({ argument, text: String(next) });
      else if (Array.isArray(next)) {
        for (const item of next) pending.push(item);
      } else if (typeof next === "object" && next !== null) {
        for (const [name, item] of Object.entries(next)) pending.push(name, item);
      }
    }
  }
  return found;
}
