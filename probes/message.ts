import { z } from "zod";
import { ToolCall } from "./tool.ts";

/** Who speaks in a {@linkcode Message}. */
export type Role = "system" | "user" | "assistant" | "tool";

/** One turn of a conversation, in the shape that OpenAI-compatible chat endpoints use. */
export interface Message {
  /** Who speaks. */
  role: Role;
  /** The text of the turn; empty when an assistant turn only calls tools. */
  content: string;
  /** Tool calls that an assistant turn makes. */
  tool_calls?: ToolCall[] | undefined;
  /** The tool that a `role: "tool"` turn answers for. */
  name?: string | undefined;
}

/** Schema of {@linkcode Message}. */
export const Message: z.ZodType<Message> = z.strictObject({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
  tool_calls: z.array(ToolCall).optional(),
  name: z.string().optional(),
});
