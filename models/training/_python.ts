/** Runs the recipe's own Python, when it is there. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PYTHON = `${HERE}.venv/bin/python`;

/** Through the shell, which tests may run: a permission cannot name a file that may not be there. */
async function python(args: string[]): Promise<Deno.CommandOutput> {
  const shell = ["-c", 'exec "$0" "$@"', PYTHON];
  return await new Deno.Command("sh", { args: [...shell, ...args], cwd: HERE }).output();
}

/** Whether the environment of `setup.sh` is there and complete. */
export async function pythonIsReady(): Promise<boolean> {
  try {
    const { success } = await python(["-c", "import torch, tokenizers, jinja2, regex"]);
    return success;
  } catch {
    return false;
  }
}

/** Runs Python in the recipe's folder and returns what it printed; fails with what it complained about. */
export async function runPython(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await python(args);
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}
