import { ACTS } from "./case.ts";
import { composed } from "./composed.ts";
import { ideas } from "./records.ts";

/** Every wording of a request that the corpus trains on, slots in braces, each once. */
export function trainingRequests(): string[] {
  return [
    ...new Set([
      ...ideas().map(({ idea }) => wordsOf(idea)),
      ...ACTS.flatMap(({ name }) => composed(name).map((text) => wordsOf(`${name}/${text}`))),
    ]),
  ];
}

/** The request of an idea, without the action's name, the cause and the intent. */
function wordsOf(idea: string): string {
  const text = idea.slice(idea.indexOf("/") + 1).split(" => ")[0] ?? "";
  return text.replace(/^[a-z]+: /, "");
}
