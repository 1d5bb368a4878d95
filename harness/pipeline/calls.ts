import type { Json, ParameterSchema, ToolCall, ToolSchema } from "../../probes/mod.ts";
import { findJson } from "./_json_span.ts";

/** A call that a model wants to make, before it is checked. */
export interface RawCall {
  /** Tool name as the model gave it. */
  name: string;
  /** Arguments as the model gave them: parsed JSON of any type, or undefined when they do not parse. */
  arguments: unknown;
}

/** What the executor's reply amounts to. */
export type Reply =
  | {
    /** One or more calls. */
    kind: "calls";
    /** The calls in order. */
    calls: RawCall[];
  }
  | {
    /** Plain text: done, a question, a refusal, or a remark. */
    kind: "done" | "question" | "refusal" | "text";
    /** The text. */
    text: string;
  }
  | {
    /** It looks like a call but can't be read as one. */
    kind: "unreadable";
    /** What is wrong. */
    problem: string;
  };

/** A call checked against the schemas: frozen, or refused with a reason. */
export type CheckedCall =
  | {
    /** The call may go on. */
    ok: true;
    /** Name and arguments, deeply frozen. */
    call: Readonly<ToolCall>;
    /** The schema that it was checked against. */
    schema: ToolSchema;
  }
  | {
    /** The call goes no further. */
    ok: false;
    /** The name as the model gave it. */
    name: string;
    /** What is wrong, for the model and the evidence. */
    problem: string;
  };

/** A JSON object that begins a line, or a fence, and names a tool: a call behind words. */
const HIDDEN_CALL = /(?:^|\n|```(?:json)?)[ \t]*[[{]\s*(?:\{\s*)?"(?:name|tool|function|type)"\s*:/;

/**
 * Reads an executor's reply, in every form that local models use: Llama's `<|python_tag|>`,
 * `<tool_call>` fences, Markdown fences, a bare JSON object or array, `{"tool": …}`,
 * `{"function": …}`, and OpenAI `tool_calls`.
 *
 * @param text The reply as generated.
 * @param toolCalls Calls that a server parsed itself; they win over the text.
 */
export function parseReply(
  text: string,
  toolCalls?: readonly { name: string; arguments: string }[],
): Reply {
  if (toolCalls !== undefined && toolCalls.length > 0) {
    return {
      kind: "calls",
      calls: toolCalls.map((call) => ({ name: call.name, arguments: parseJson(call.arguments) })),
    };
  }
  const fenced = [...text.matchAll(/<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g)].map((m) => m[1]);
  if (fenced.length > 0) return readAll(fenced as string[]);
  const body = text.replace(/^\s*<\|python_tag\|>/, "").trim();
  const markdown = /^```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(body);
  const candidate = markdown === null ? body : (markdown[1] as string).trim();
  if (/^[{[]/.test(candidate)) return readAll([candidate]);
  if (HIDDEN_CALL.test(body)) {
    return { kind: "unreadable", problem: "A call must be all of the reply: one JSON object" };
  }
  return plainText(text.trim());
}

/**
 * Checks a raw call against the offered tools and freezes it. Names match exactly; arguments must
 * be an object that fits the schema.
 *
 * @param raw The call.
 * @param offered The schemas that the executor was shown.
 */
export function checkCall(raw: RawCall, offered: readonly ToolSchema[]): CheckedCall {
  const schema = offered.find(({ function: { name } }) => name === raw.name);
  if (schema === undefined) {
    const names = offered.map(({ function: { name } }) => name).join(", ");
    return refuse(raw.name, `Unknown tool "${raw.name}"; offered are ${names}`);
  }
  const problem = mismatch(raw.arguments, schema.function.parameters, "arguments");
  if (problem !== undefined) return refuse(raw.name, problem);
  const args = structuredClone(raw.arguments) as Record<string, Json>;
  return { ok: true, call: deepFreeze({ name: raw.name, arguments: args }), schema };
}

function refuse(name: string, problem: string): CheckedCall {
  return { ok: false, name, problem };
}

function readAll(texts: readonly string[]): Reply {
  const calls: RawCall[] = [];
  for (const text of texts) {
    const span = findJson(text);
    const value = span === undefined ? undefined : parseJson(span);
    if (value === undefined) return { kind: "unreadable", problem: "The call is not valid JSON" };
    for (const item of Array.isArray(value) ? value : [value]) {
      const call = toCall(item);
      if (call === undefined) {
        return { kind: "unreadable", problem: 'A call needs "name" and "arguments"' };
      }
      calls.push(call);
    }
  }
  if (calls.length === 0) return { kind: "unreadable", problem: "The list of calls is empty" };
  return { kind: "calls", calls };
}

function toCall(value: unknown): RawCall | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const record = value as Record<string, unknown>;
  if (typeof record.function === "object") return toCall(record.function);
  const name = record.name ?? record.tool ?? record.function;
  if (typeof name !== "string") return undefined;
  const args = record.arguments ?? record.parameters ?? record.args ?? {};
  return { name, arguments: typeof args === "string" ? parseJson(args) : args };
}

function plainText(text: string): Reply {
  if (/^DONE\b/.test(text)) return { kind: "done", text };
  if (/^QUESTION\b/.test(text)) return { kind: "question", text };
  if (/^REFUSE\b/.test(text)) return { kind: "refusal", text };
  return { kind: "text", text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says how a value fails to fit a schema, or undefined when it fits. */
function mismatch(value: unknown, schema: ParameterSchema, path: string): string | undefined {
  switch (schema.type) {
    case "string":
      if (typeof value !== "string") return `${path} must be a string`;
      return schema.enum === undefined || schema.enum.includes(value)
        ? undefined
        : `${path} must be one of ${schema.enum.join(", ")}`;
    case "integer":
      return Number.isSafeInteger(value) ? undefined : `${path} must be an integer`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${path} must be true or false`;
    case "array":
      return Array.isArray(value) ? firstItem(value, schema, path) : `${path} must be a list`;
    case "object":
      return objectMismatch(value, schema, path);
  }
}

function firstItem(
  values: readonly unknown[],
  schema: ParameterSchema,
  path: string,
): string | undefined {
  const items = schema.items;
  if (items === undefined) return undefined;
  return values.map((item, index) => mismatch(item, items, `${path}[${index}]`))
    .find((problem) => problem !== undefined);
}

function objectMismatch(
  value: unknown,
  schema: ParameterSchema,
  path: string,
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `${path} must be a JSON object`;
  }
  const properties = schema.properties ?? {};
  const missing = schema.required?.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${path}.${missing} is missing`;
  for (const [name, item] of Object.entries(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) {
      return `${path} has no "${name}"; it takes ${
        Object.keys(properties).join(", ") || "nothing"
      }`;
    }
    const problem = mismatch(item, property, `${path}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Freezes a JSON value and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
