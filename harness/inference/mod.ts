/**
 * Inference: the port through which the pipeline reaches its models, and the back ends behind it.
 * It owns how prompts are rendered and tokens are made. It does not own what a reply means.
 *
 * @module
 */

export * from "./backend.ts";
export * from "./llama.ts";
export * from "./openai.ts";
export * from "./scripted.ts";
