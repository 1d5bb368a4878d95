import type { Review } from "../../defenses/mod.ts";

/** A tool's result after review, or the review that stopped it. */
export type CleanedResult =
  | {
    /** The result for the client. */
    result: Record<string, unknown>;
    /** Its text, as the history of the conversation keeps it. */
    text: string;
  }
  | {
    /** The review that stopped it. */
    stopped: Review<"result">;
  };

/**
 * Has every text of a tool's result reviewed and puts in what the layers left of it. Structured
 * content goes when a layer rewrote anything: it repeats in data what was cleaned in text.
 */
export async function cleanResult(
  result: Record<string, unknown>,
  review: (content: string) => Promise<Review<"result">>,
): Promise<CleanedResult> {
  const { content, structuredContent, ...rest } = result;
  const items: unknown[] = Array.isArray(content) ? content : [];
  const cleaned: unknown[] = [];
  const texts: string[] = [];
  let isRewritten = false;
  const clean = async (text: string): Promise<string | Review<"result">> => {
    const reviewed = await review(text);
    if (reviewed.verdict !== "allow") return reviewed;
    const after = reviewed.subject.content;
    isRewritten ||= after !== text;
    texts.push(after);
    return after;
  };
  for (const item of items) {
    const place = textIn(item);
    if (place === undefined) {
      cleaned.push(item);
      continue;
    }
    const after = await clean(place.text);
    if (typeof after !== "string") return { stopped: after };
    cleaned.push(place.replaced(after));
  }
  if (structuredContent !== undefined) {
    const text = JSON.stringify(structuredContent);
    const after = await clean(text);
    if (typeof after !== "string") return { stopped: after };
  }
  return {
    result: {
      ...rest,
      ...(content === undefined ? {} : { content: Array.isArray(content) ? cleaned : content }),
      ...(structuredContent === undefined || isRewritten ? {} : { structuredContent }),
    },
    text: texts.join("\n"),
  };
}

/** Tools without the schemas of structured content, which {@linkcode cleanResult} may take out. */
export function withoutOutputSchemas(result: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(result.tools)) return result;
  return {
    ...result,
    tools: result.tools.map((tool) => {
      if (typeof tool !== "object" || tool === null) return tool;
      const { outputSchema: _, ...rest } = tool;
      return rest;
    }),
  };
}

/** Where an item of content has text: its own, or an embedded resource's. */
function textIn(
  item: unknown,
): { text: string; replaced: (text: string) => unknown } | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  if ("text" in item && typeof item.text === "string") {
    return { text: item.text, replaced: (text) => ({ ...item, text }) };
  }
  if (!("resource" in item)) return undefined;
  const { resource } = item;
  if (typeof resource !== "object" || resource === null || !("text" in resource)) return undefined;
  const { text } = resource;
  return typeof text === "string"
    ? { text, replaced: (text) => ({ ...item, resource: { ...resource, text } }) }
    : undefined;
}
