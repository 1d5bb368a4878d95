/**
 * Renders a conversation with a model's own chat template such that text of the conversation stays
 * text: it becomes no control token, and it cannot end a JSON string that the template opened. The
 * template is rendered over stand-ins; what it did to each (trimmed it, put it in JSON) is read off
 * and done to the real text afterwards, so the template never sees the text nor the text a stand-in.
 *
 * @module
 */

import { Template } from "@huggingface/jinja";
import type { Json, Message, ToolSchema } from "../../probes/mod.ts";
import { findBarred } from "./_barred.ts";
import type { PromptFormat } from "./_protocol.ts";
import { Failure } from "./_protocol.ts";

/** A piece of a rendered prompt. */
export interface Segment {
  /** The text as it stands in the prompt. */
  text: string;
  /** Whether the template wrote it; otherwise it comes from the conversation. */
  trusted: boolean;
}

const NAME = /^[\w.:-]{1,128}$/;
/**
 * A number between what `strip("\n")` removes, what `trim` removes and a quote that JSON escapes;
 * five newlines and an em space, because a template's own text does not end like that.
 */
const standIn = (index: number): string => `\n\n\n\n\n\u2003"\uE000${index}\uE001"\u2003\n\n\n\n\n`;
const STAND_IN =
  /((?:\n{5}|(?:\\n){5})?\u2003)?(\\?")\uE000(\d+)\uE001\\?"(\u2003(?:\n{5}|(?:\\n){5})?)?/g;

/** Collects texts and hands out stand-ins for them. */
class Texts {
  readonly values: string[] = [];

  hide(text: string): string {
    if (text === "") return "";
    this.values.push(text);
    return standIn(this.values.length - 1);
  }

  hideJson(value: Json): Json {
    if (typeof value === "string") return this.hide(value);
    if (Array.isArray(value)) return value.map((item) => this.hideJson(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.hide(key), this.hideJson(item)]),
    );
  }
}

function checkName(name: string): string {
  if (!NAME.test(name)) {
    throw new Failure(
      "failed",
      `Cannot render the tool name "${name}": use letters, digits, "_", ".", ":" or "-" only`,
    );
  }
  return name;
}

function templateMessages(messages: readonly Message[], texts: Texts): unknown[] {
  let calls = 0;
  let answers = 0;
  const callId = (index: number): string => String(index).padStart(9, "0");
  return messages.map((message) => ({
    role: message.role,
    content: texts.hide(message.content),
    ...(message.name === undefined ? {} : { name: checkName(message.name) }),
    ...(message.role === "tool" ? { tool_call_id: callId(answers++) } : {}),
    ...(message.tool_calls === undefined || message.tool_calls.length === 0 ? {} : {
      tool_calls: message.tool_calls.map((call) => ({
        id: callId(calls++),
        type: "function",
        function: { name: checkName(call.name), arguments: texts.hideJson(call.arguments) },
      })),
    }),
  }));
}

/** Hides what a schema says to people; names and types stay, because templates look at them. */
function templateTools(tools: readonly ToolSchema[], texts: Texts): unknown[] {
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return key === "description" ? texts.hide(value) : value;
    if (Array.isArray(value)) return value.map((item) => visit(item, ""));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, visit(item, k)]));
  };
  return tools.map((tool) => {
    checkName(tool.function.name);
    return visit(tool, "");
  });
}

const templates = new Map<string, Template>();

function parsed(source: string): Template {
  const known = templates.get(source);
  if (known !== undefined) return known;
  const template = new Template(source);
  templates.set(source, template);
  return template;
}

/** Does to a text what the template did to its stand-in. */
function transform(text: string, match: RegExpExecArray, rendered: string): string {
  const [whole, before = "", quote, , after = ""] = match;
  let out = text;
  if (before === "") out = out.trimStart();
  else if (before.length === 1) out = out.replace(/^\n+/, "");
  if (after === "") out = out.trimEnd();
  else if (after.length === 1) out = out.replace(/\n+$/, "");
  const end = match.index + whole.length;
  const quoted = rendered[match.index - 1] === '"' && rendered[end] === '"';
  return quote === '\\"' || quoted ? JSON.stringify(out).slice(1, -1) : out;
}

/** Refuses control tokens in what the template writes on behalf of tool schemas. */
function checkSchemas(tools: readonly ToolSchema[], barred: readonly string[]): void {
  const visit = (value: unknown, key: string): void => {
    if (typeof value === "string" && key !== "description") {
      const [found] = findBarred(value, barred);
      if (found !== undefined) {
        const text = value.slice(found.start, found.end);
        throw new Failure("failed", `Cannot render a tool schema that holds "${text}"; remove it`);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [k, item] of Object.entries(value)) {
        visit(k, "");
        visit(item, Array.isArray(value) ? "" : k);
      }
    }
  };
  for (const tool of tools) visit(tool, "");
}

/**
 * Renders a conversation, up to and including the start of the assistant's reply.
 *
 * @param conversation Messages and offered tools.
 * @param format The model's chat template and tokens.
 * @throws {Failure} when the template refuses the conversation.
 */
export function renderPrompt(
  conversation: { messages: readonly Message[]; tools?: readonly ToolSchema[] | undefined },
  format: PromptFormat,
): Segment[] {
  const texts = new Texts();
  const tools = conversation.tools ?? [];
  checkSchemas(tools, format.barred);
  let rendered: string;
  try {
    rendered = parsed(format.template).render({
      ...format.variables,
      messages: templateMessages(conversation.messages, texts),
      ...(tools.length === 0 ? {} : { tools: templateTools(tools, texts) }),
      bos_token: format.bosToken,
      eos_token: format.eosToken,
      add_generation_prompt: true,
    });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("failed", `Cannot render the chat template: ${(cause as Error).message}`);
  }
  const segments: Segment[] = [];
  let at = 0;
  for (const match of rendered.matchAll(STAND_IN)) {
    if (match.index > at) segments.push({ text: rendered.slice(at, match.index), trusted: true });
    const text = texts.values[Number(match[3])];
    if (text !== undefined) {
      segments.push({ text: transform(text, match, rendered), trusted: false });
    }
    at = match.index + match[0].length;
  }
  if (at < rendered.length) segments.push({ text: rendered.slice(at), trusted: true });
  if (segments.some(({ text, trusted }) => trusted && /[\u2003\uE000\uE001]/.test(text))) {
    throw new Failure("failed", "Cannot render the chat template: it cuts texts of messages apart");
  }
  return segments;
}

/**
 * Joins segments whose boundaries cannot matter, so that their tokens are those of the whole text.
 * A segment of the conversation stays apart when a control token's text touches it.
 *
 * @param segments What {@linkcode renderPrompt} gave.
 * @param barred Texts that would become a control token.
 */
export function joinSegments(segments: readonly Segment[], barred: readonly string[]): Segment[] {
  const text = segments.map((segment) => segment.text).join("");
  const touched = new Set<number>();
  const ends: number[] = [];
  segments.reduce((end, segment) => (ends.push(end + segment.text.length), ends.at(-1) ?? 0), 0);
  for (const token of findBarred(text, barred)) {
    segments.forEach((segment, i) => {
      const end = ends[i] ?? 0;
      const start = end - segment.text.length;
      if (!segment.trusted && start < token.end && end > token.start) touched.add(i);
    });
  }
  const joined: Segment[] = [];
  segments.forEach((segment, i) => {
    const last = joined.at(-1);
    if (touched.has(i)) joined.push({ ...segment });
    else if (last?.trusted === true) last.text += segment.text;
    else joined.push({ text: segment.text, trusted: true });
  });
  return joined;
}
