/** What a tool returned, as text: a string as it is, anything else as JSON, or nothing. */
export function textOf(result: unknown): string {
  if (typeof result === "string") return result;
  try {
    return JSON.stringify(result) ?? "";
  } catch {
    return "";
  }
}
