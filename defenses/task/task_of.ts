import type { Context } from "../defense.ts";
import { readTask, type Task } from "./read_task.ts";

const CACHE = "task/read";

/** Reads what a text of an episode asks for, once for all layers. */
export function taskOf({ state }: Pick<Context, "state">, text: string): Task {
  let cache = state.get(CACHE) as Map<string, Task> | undefined;
  if (cache === undefined) state.set(CACHE, cache = new Map());
  let task = cache.get(text);
  if (task === undefined) cache.set(text, task = readTask(text));
  return task;
}
