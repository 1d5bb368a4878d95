import { fold } from "./fold.ts";

/** Folds a tool's name: names are exact in a registry, but a lenient dispatcher may fold them. */
export function foldedName(name: string): string {
  return fold(String(name)).replace(/\s+/g, "");
}
