/**
 * Adds a first-party family: `deno task family corpus-v1/f02_access_req` writes its plugin's
 * package, an empty catalog and the module that exports its text, and brings the exports of
 * `deno.json` up to date. Without a name it does only the last. A file that is there is left alone.
 *
 * @module
 */

import { firstPartyFamilies } from "../plugins/sandbox/mod.ts";

const NAME = /^([a-z0-9][a-z0-9-]*)\/([A-Za-z0-9]\w*)$/;

/**
 * Files of a new family, by path from the root of the repository.
 *
 * @param suite Catalog: `"corpus-v1"`
 * @param family Family within it: `"f02_access_req"`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert("plugins/e1_tool_use/deno.json" in familyFiles("argus-eval-v1", "E1_tool_use"));
 * ```
 */
export function familyFiles(suite: string, family: string): Record<string, string> {
  const folder = `plugins/${family.toLowerCase()}`;
  const name = `@argus-safety/${family.toLowerCase().replaceAll("_", "-")}`;
  const config = {
    name,
    version: "0.1.0",
    license: "Apache-2.0",
    exports: "./mod.ts",
    publish: { include: ["mod.ts", "deno.json", "README.md"], exclude: ["**/*_test.ts"] },
  };
  return {
    [`probes/${suite}/${family}.jsonl`]: "",
    [`probes/${suite}/${family}.ts`]: `import text from "./${family}.jsonl" with { type: "text" };

/** The catalog's text, one probe a line; this file and its \`.jsonl\` load only where they are named. */
const catalog: string = text;

export default catalog;
`,
    [`${folder}/deno.json`]: JSON.stringify(config, null, 2).replace(
      /\[\n\s+([^\]]*?)\n\s+\]/g,
      (_, items: string) => `[${items.replace(/\n\s+/g, " ")}]`,
    ).replace(/("publish": )\{\n\s+(.*)\n\s+(.*)\n\s+\}/, "$1{ $2 $3 }") + "\n",
    [`${folder}/mod.ts`]: `/**
 * Family \`${family}\` of the catalog \`${suite}\`.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/${suite}/${family}";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "${name}",
    version: "0.1.0",
    suite: "${suite}",
    family: "${family}",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
`,
    [`${folder}/mod_test.ts`]: `import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/${suite}/${family}";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "${family}.jsonl");

Deno.test("the plugin hands over the whole catalog", () => {
  assert(probes.length > 0);
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
`,
    [`${folder}/README.md`]: `# ${name}

Family \`${family}\` of the catalog \`${suite}\`.

The text lives in \`probes/${suite}/${family}.jsonl\` of \`@argus-safety/argus\`; this package is the
code around it. Everything in it is synthetic and written for this project.

\`\`\`sh
deno task eval --plugin ./${folder}
\`\`\`
`,
  };
}

/**
 * The text of `deno.json` with exactly these families' texts among its exports.
 *
 * @param config The file's text
 * @param families The families
 */
export function withExports(
  config: string,
  families: readonly { suite: string; family: string }[],
): string {
  const lines = families.map(({ suite, family }) =>
    `    "./probes/${suite}/${family}": "./probes/${suite}/${family}.ts"`
  ).sort();
  return config.replace(/("exports": \{\n)([^}]*?)(\n {2}\})/, (_, open, body: string, close) => {
    const others = body.split("\n").map((line) => line.replace(/,$/, ""))
      .filter((line) => !/^\s*"\.\/probes\//.test(line));
    return open + [...others, ...lines].join(",\n") + close;
  });
}

if (import.meta.main) {
  const [name] = Deno.args;
  const root = new URL("../", import.meta.url);
  const parts = NAME.exec(name ?? "");
  if (name !== undefined && parts === null) {
    console.error(
      `Cannot add "${name}": Expected <suite>/<family>, such as "corpus-v1/f02_access"`,
    );
    Deno.exit(2);
  }
  const [, suite = "", family = ""] = parts ?? [];
  for (const [path, text] of Object.entries(parts === null ? {} : familyFiles(suite, family))) {
    const file = new URL(path, root);
    Deno.mkdirSync(new URL(".", file), { recursive: true });
    try {
      Deno.writeTextFileSync(file, text, { createNew: true });
      console.log(`wrote ${path}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      console.log(`kept  ${path}`);
    }
  }
  const config = new URL("deno.json", root);
  const before = Deno.readTextFileSync(config);
  const after = withExports(before, firstPartyFamilies(root));
  if (after !== before) Deno.writeTextFileSync(config, after);
  console.log(after === before ? "deno.json is up to date" : "wrote deno.json");
}
