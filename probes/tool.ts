import { z } from "zod";

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The subset of JSON Schema that tool parameters use. */
export interface ParameterSchema {
  /** JSON type of the value. */
  type: "object" | "string" | "integer" | "boolean" | "array";
  /** What the value means, for the model. */
  description?: string;
  /** Properties of an object. */
  properties?: Record<string, ParameterSchema>;
  /** Names of the properties that must be present. */
  required?: string[];
  /** Schema of the items of an array. */
  items?: ParameterSchema;
  /** The only values allowed. */
  enum?: string[];
  /** Whether properties that are not named are allowed; tools never allow them. */
  additionalProperties?: boolean;
}

/** A tool as an OpenAI-compatible chat endpoint describes it to a model. */
export interface ToolSchema {
  /** Always `"function"`. */
  type: "function";
  /** Name, purpose and parameters. */
  function: {
    /** Name in the tool registry. */
    name: string;
    /** One sentence for the model. */
    description: string;
    /** Parameters, an object schema. */
    parameters: ParameterSchema;
  };
}

/** A call of one tool with its arguments, parsed. */
export interface ToolCall {
  /** Name in the tool registry. */
  name: string;
  /** Arguments by name. */
  arguments: Record<string, Json>;
}

/** Schema of {@linkcode ToolCall}. */
export const ToolCall: z.ZodType<ToolCall> = z.strictObject({
  name: z.string().min(1),
  arguments: z.record(z.string(), z.json() as z.ZodType<Json>),
});
