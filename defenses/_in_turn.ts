import type { Context } from "./defense.ts";

const turns = new WeakMap<object, Promise<unknown>>();

/**
 * Does work that belongs to a conversation after all such work before it. An agent may make calls
 * side by side; layers that count have to see each before they judge the next.
 */
export function inTurn<T>({ state }: Pick<Context, "state">, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(state) ?? Promise.resolve()).then(work);
  turns.set(state, turn.catch(() => {}));
  return turn;
}
