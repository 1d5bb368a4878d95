import type { Json } from "../../probes/mod.ts";
import { fail, HttpError, type TwinContext } from "./_state.ts";

function unreadable(error: "invalid_request" | "unknown_error"): HttpError {
  return new HttpError(400, { error, error_description: "Cannot parse the JSON" });
}

/**
 * The request's JSON body, null for an empty one. What is no JSON, or of another shape than the
 * service's classes have, is its 400.
 */
export async function jsonBody(c: TwinContext, shape: "object" | "array"): Promise<Json> {
  const type = c.req.header("content-type") ?? "";
  const text = await c.req.text();
  if (text === "") return null;
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw fail(415, "The content-type header value did not match the value in @Consumes");
  }
  let body: Json;
  try {
    body = JSON.parse(text);
  } catch {
    throw unreadable("invalid_request");
  }
  if (body === null) return null;
  if (typeof body !== "object" || Array.isArray(body) !== (shape === "array")) {
    throw unreadable("unknown_error");
  }
  return body;
}

/** A field that the service's class holds as text: numbers and truth values are taken for it. */
export function textField(value: Json | undefined): string | null | undefined {
  if (value === null || value === undefined) return value;
  if (typeof value === "object") throw unreadable("unknown_error");
  return String(value);
}

/** A field that the service's class holds as a truth value. */
export function flagField(value: Json | undefined): boolean | null | undefined {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  const word = typeof value === "string" ? value.trim() : undefined;
  if (word === "") return null;
  if (word === "true" || word === "True" || word === "TRUE") return true;
  if (word === "false" || word === "False" || word === "FALSE") return false;
  throw unreadable("unknown_error");
}

/** A field that the service's class holds as a list of texts. */
export function listField(value: Json | undefined): string[] | null | undefined {
  if (value === null || value === undefined) return value;
  if (!Array.isArray(value)) throw unreadable("unknown_error");
  return value.flatMap((item) => textField(item) ?? []);
}

/** A list of objects, as a body is one. */
export function objects(body: Json): (Record<string, Json> | null)[] {
  return (body as Json[] ?? []).map((item) => {
    if (item !== null && (typeof item !== "object" || Array.isArray(item))) {
      throw unreadable("unknown_error");
    }
    return item;
  });
}
