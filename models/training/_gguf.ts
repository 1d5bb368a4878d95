/** Asks GGUF files in a process of their own: a test has no right to load native code. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { GgufAnswer, GgufQuestion } from "./_gguf_program.ts";

/** Asks one model; fails with what the process complained about. */
export async function askGguf(question: GgufQuestion): Promise<GgufAnswer> {
  const program = fileURLToPath(new URL("_gguf_program.ts", import.meta.url));
  const rights = ["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];
  const child = new Deno.Command(Deno.execPath(), {
    // node-llama-cpp tries its library in a child first.
    args: ["run", "--quiet", "--no-prompt", ...rights, `--allow-run=${Deno.execPath()}`, program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const sent = new Blob([JSON.stringify(question)]).stream().pipeTo(child.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), sent]);
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout)) as GgufAnswer;
}
