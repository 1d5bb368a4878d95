const frozen = new WeakSet<object>();

/**
 * Freezes a value and everything in it, in place. Iterative, since a model can nest arguments
 * deeper than the stack, and blind to what is shallowly frozen already, since that says nothing
 * about what lies below.
 */
export function deepFreeze<T>(value: T): T {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || frozen.has(next)) continue;
    frozen.add(Object.freeze(next));
    for (const item of Object.values(next)) pending.push(item);
  }
  return value;
}
