import { fileURLToPath } from "node:url";

/** Package whose exports a plugin may import; the host always offers its own copy. */
const PACKAGE = /^(?:jsr:|npm:)?@argus-safety\/argus(?:@[^/]*)?\/(.+)$/;
const ZOD = /^(?:npm:)?zod(?:@[^/]*)?$/;
/** A catalog's text: `probes/<suite>/<family>`. */
const CATALOG = /^probes\/([A-Za-z0-9][\w-]*)\/([A-Za-z0-9]\w*)$/;

/**
 * The host's file for an import that leaves the plugin's folder, or undefined when a plugin may not
 * import it. Whatever version a plugin asks for, it gets the host's own.
 */
export function hostModule(specifier: string): string | undefined {
  if (ZOD.test(specifier)) return zodFile();
  const path = PACKAGE.exec(specifier)?.[1];
  if (path === "plugin") return file("../sdk/mod.ts");
  if (path === "probes") return file("../../probes/mod.ts");
  const catalog = CATALOG.exec(path ?? "");
  if (catalog === null) return undefined;
  return file(`../../probes/${catalog[1]}/${catalog[2]}.ts`);
}

/** The main module of zod, as the host has it installed. */
export function zodFile(): string {
  return fileURLToPath(import.meta.resolve("zod"));
}

/** The program that runs inside a plugin's process. */
export function runnerFile(): string {
  return file("./_runner.ts");
}

function file(path: string): string {
  const url = new URL(path, import.meta.url);
  if (url.protocol !== "file:") {
    throw new TypeError(
      `Cannot bundle a plugin: Argus runs from "${url.origin}"; install it from npm or a clone`,
    );
  }
  return fileURLToPath(url);
}
