import { convertAdapter } from "../inference/convert_adapter.ts";
import { readLora } from "../inference/lora_source.ts";
import { checkAdapter, checkModel } from "../inference/model_check.ts";
import { UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Options of {@linkcode convertModel}. */
export interface ConvertOptions {
  /** Path of the base. */
  base: string;
  /** Path of the file to write. @default {the folder's path with ".lora.gguf"} */
  out?: string;
}

/** Converts an adapter into a new file, and checks that file against the base. */
export async function convertModel(adapter: string, options: ConvertOptions): Promise<void> {
  const folder = userPath(adapter).replace(/[/\\]+$/, "");
  const out = options.out === undefined ? `${folder}.lora.gguf` : userPath(options.out);
  const base = await checkModel(userPath(options.base));
  const source = await readLora(folder);
  const bytes = convertAdapter(source, base);
  try {
    await Deno.writeFile(out, bytes, { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new UsageError(`Cannot write "${out}": it exists; remove it, or name another with --out`);
  }
  await checkAdapter(out, base);
  console.log(
    `${out}: ${source.pairs.size} modules of a ${source.format} adapter for base "${base.name}", ` +
      `${(bytes.length / 1e6).toFixed(1)} MB`,
  );
}
