/** Runs the recipe's own Python, when it is there. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PYTHON = `${HERE}.venv/bin/python`;

/** Whether the environment of `setup.sh` is there and complete. */
export async function pythonIsReady(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PYTHON, {
      args: ["-c", "import torch, tokenizers, jinja2, regex"],
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** Runs Python in the recipe's folder and returns what it printed; fails with what it complained about. */
export async function runPython(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, { args, cwd: HERE }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}
