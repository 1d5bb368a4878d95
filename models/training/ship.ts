/** Puts a trained set into the catalog: `deno run --allow-read --allow-write models/training/ship.ts BUILD_FOLDER`. */
import { createHash } from "node:crypto";
import { type Catalog, CATALOG_URL, type CatalogFile, readCatalog } from "../catalog.ts";

async function copy(from: string, file: string): Promise<CatalogFile> {
  const data = await Deno.readFile(from);
  await Deno.writeFile(new URL(file, CATALOG_URL), data);
  return { file, sha256: createHash("sha256").update(data).digest("hex"), bytes: data.length };
}

async function main(folder: string): Promise<void> {
  const catalog: Catalog = {
    schema: "argus.models/1",
    models: {
      "nano": {
        ...await copy(`${folder}/base.gguf`, "nano/base.gguf"),
        license: "Apache-2.0",
        roles: ["gateway", "executor"],
        adapters: {
          baseline: {
            ...await copy(`${folder}/baseline.lora.gguf`, "nano/baseline.lora.gguf"),
            method: "supervised fine-tuning of a rank-32 LoRA on all linear layers",
          },
        },
        context: 2048,
      },
      "nano-critic": {
        ...await copy(`${folder}/critic.gguf`, "nano/critic.gguf"),
        license: "Apache-2.0",
        roles: ["critic"],
        adapters: {},
        context: 1024,
      },
    },
  };
  const text = `${JSON.stringify(catalog, null, 2)}\n`;
  readCatalog(text);
  await Deno.writeTextFile(CATALOG_URL, text);
}

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Name the folder that holds base.gguf, baseline.lora.gguf and critic.gguf");
  Deno.exit(2);
}
await main(folder);
