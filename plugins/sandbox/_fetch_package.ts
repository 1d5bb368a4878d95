/**
 * The process that fetches a plugin's package: it may reach the registry's host and write into one
 * folder, and nothing else. It runs no code of the package, so that no lifecycle script can, and
 * fetches none of its dependencies. The tarball must have the integrity that the registry states,
 * and the one that was asked for.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, join, normalize } from "node:path";

/** What is fetched, as JSON on the command line. */
export interface PackageRequest {
  /** Address of the registry. */
  registry: string;
  /** Name of the package. */
  name: string;
  /** Its exact version. */
  version: string;
  /** Integrity that it must have: `"sha512-…"`. */
  integrity?: string | undefined;
  /** Folder that gets its files. */
  folder: string;
}

/** The most bytes of a package, packed or not. */
const MAX_BYTES = 32 * 1024 * 1024;
/** The most files of a package. */
const MAX_FILES = 2_000;
const BLOCK = 512;

/** A file of a package. */
export interface PackageFile {
  /** Path inside the package. */
  path: string;
  /** Its bytes. */
  bytes: Uint8Array;
}

/**
 * The files of a tar archive as npm packs them, under `package/` or another first folder.
 *
 * @throws {TypeError} at a link, a device, a path that leaves the package, or a damaged header.
 */
export function unpack(tar: Uint8Array): PackageFile[] {
  const files: PackageFile[] = [];
  const decoder = new TextDecoder();
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const text = (from: number, length: number): string =>
      (decoder.decode(header.subarray(from, from + length)).split("\0")[0] ?? "").trim();
    const size = parseInt(text(124, 12) || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0 || at + BLOCK + size > tar.length) {
      throw new TypeError("Cannot unpack the package: a header of its archive is damaged");
    }
    const bytes = tar.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = text(156, 1);
    if (type === "x") longPath = /^\d+ path=(.*)$/m.exec(decoder.decode(bytes))?.[1];
    if (type === "g" || type === "x" || type === "5") continue;
    const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
    const path = longPath ?? (prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longPath = undefined;
    if (type !== "" && type !== "0") {
      throw new TypeError(`Cannot unpack the package: "${path}" is no regular file`);
    }
    files.push({ path: inside(path), bytes });
    if (files.length > MAX_FILES) {
      throw new TypeError(`Cannot unpack the package: it has more than ${MAX_FILES} files`);
    }
  }
  return files;
}

/** The path without its first folder; it must stay inside the package. */
function inside(path: string): string {
  const rest = normalize(path.replaceAll("\\", "/")).split("/").slice(1).join("/");
  if (
    rest !== "" && !path.startsWith("/") && !normalize(path).startsWith("..") &&
    !path.split(/[\\/]/).includes("..")
  ) return rest;
  throw new TypeError(`Cannot unpack the package: "${path}" leaves it`);
}

async function limited(response: Response): Promise<Uint8Array> {
  if (!response.ok || response.body === null) {
    throw new TypeError(`The registry answered ${response.status} for ${response.url}`);
  }
  return await readAll(response.body);
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  for await (const part of stream) {
    total += part.length;
    if (total > MAX_BYTES) throw new TypeError(`The package has more than ${MAX_BYTES} bytes`);
    parts.push(new Uint8Array(part));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function fetchPackage(request: PackageRequest): Promise<string> {
  const { registry, name, version, folder } = request;
  const base = registry.replace(/\/$/, "");
  const about = JSON.parse(
    new TextDecoder().decode(await limited(await fetch(`${base}/${name.replace("/", "%2f")}`))),
  );
  const dist = about.versions?.[version]?.dist;
  if (typeof dist?.tarball !== "string" || !/^sha512-/.test(dist.integrity ?? "")) {
    throw new TypeError(`The registry has no version "${version}" of "${name}" with an integrity`);
  }
  const packed = await limited(await fetch(dist.tarball, { redirect: "error" }));
  const integrity = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
  if (integrity !== dist.integrity) {
    throw new TypeError(`The package is not the one that the registry states: it has ${integrity}`);
  }
  if (request.integrity !== undefined && integrity !== request.integrity) {
    throw new TypeError(`The package is not the one that was asked for: it has ${integrity}`);
  }
  const tar = await readAll(
    new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream("gzip")),
  );
  for (const { path, bytes } of unpack(tar)) {
    const file = join(folder, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, bytes, { createNew: true });
  }
  return integrity;
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify({ integrity: await fetchPackage(JSON.parse(Deno.args[0] ?? "")) }));
  } catch (error) {
    console.log(JSON.stringify({ error: (error as Error).message }));
  }
}
