import { fileURLToPath } from "node:url";
import { tinyAdapter, tinyModel } from "../../inference/testing/tiny_model.ts";

/** Root of the repository. */
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** How a command ended. */
export interface Ended {
  /** Exit code. */
  code: number;
  /** What it printed on stdout. */
  stdout: string;
  /** What it printed on stderr. */
  stderr: string;
}

/** The command line as `deno task` starts it, with the rights of the harness and no others. */
export function argusCommand(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=harness", `${ROOT}harness/cli/main.ts`, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command to its end. */
export async function argus(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await argusCommand(args).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A scratch folder with a model of random weights, which is real to every part but its sense. */
export interface Scratch extends AsyncDisposable {
  /** The folder. */
  folder: string;
  /** Options that make `argus eval` use the model. */
  model: string[];
}

/** Makes a scratch folder; it is removed when disposed. */
export async function scratch(): Promise<Scratch> {
  const folder = await Deno.makeTempDir({ prefix: "argus-cli-" });
  await Deno.writeFile(`${folder}/tiny.gguf`, tinyModel());
  await Deno.writeFile(`${folder}/tiny-lora.gguf`, tinyAdapter());
  return {
    folder,
    model: [
      "--gateway",
      `${folder}/tiny.gguf`,
      "--adapter",
      `${folder}/tiny-lora.gguf`,
      "--critic",
      "none",
    ],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
