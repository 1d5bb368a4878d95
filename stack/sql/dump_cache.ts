import type { Row } from "../../probes/mod.ts";
import { insertStatement } from "../seed/postgres.ts";
import { sha256 } from "../state/row_store.ts";
import { WorldError } from "../world.ts";
import { schemaStatements } from "./schema.ts";
import { SqlProcess } from "./sql_process.ts";

/** Version of the engine in the name of an archive: an archive serves the engine that wrote it. */
export const ENGINE = "pglite-0.3.16";

/** Time to build an archive, in milliseconds. */
const BUILD_TIMEOUT = 120_000;

/** Archives that a folder keeps. */
const KEPT = 8;

/** Archives of seeded databases in a folder, named by what is in them. */
export class DumpCache {
  #statements: string[];
  #folders: readonly string[];
  #made: Promise<string> | undefined;

  /** Looks for the archive in each folder in turn, and makes it in the first that can be written. */
  constructor(tables: ReadonlyMap<string, readonly Row[]>, folders: readonly string[]) {
    const rows = [...tables].map(([table, content]) => insertStatement(table, content));
    this.#statements = schemaStatements(rows);
    this.#folders = folders;
  }

  /** Digest of everything that makes the database: schema, rows, engine. */
  get digest(): string {
    return sha256([ENGINE, ...this.#statements].join("\n"));
  }

  /** Name of the archive's file. */
  get name(): string {
    return `${ENGINE}-${this.digest.slice(0, 16)}.tar`;
  }

  /**
   * Path of the archive; it is built when no folder has it.
   *
   * @throws {WorldError} when it cannot be built.
   */
  path(): Promise<string> {
    this.#made ??= this.#find().catch((error) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  async #find(): Promise<string> {
    const name = this.name;
    for (const folder of this.#folders) {
      const found = await realFile(`${folder}/${name}`);
      if (found !== undefined) return found;
    }
    const problems: string[] = [];
    for (const folder of this.#folders) {
      try {
        await Deno.mkdir(folder, { recursive: true });
        return await this.#build(await Deno.realPath(folder), name);
      } catch (error) {
        problems.push(`${folder}: ${(error as Error).message}`);
      }
    }
    throw new WorldError(`Cannot build the database archive: ${problems.join("; ")}`);
  }

  async #build(folder: string, name: string): Promise<string> {
    // Written under a name of its own and renamed, so that nobody loads half an archive.
    const draft = await Deno.makeTempFile({ dir: folder, prefix: name, suffix: ".part" });
    const process = new SqlProcess({ read: [], write: [draft] });
    try {
      await process.ask({ op: "build", statements: this.#statements, save: draft }, BUILD_TIMEOUT);
      await Deno.rename(draft, `${folder}/${name}`);
      await prune(folder);
      return `${folder}/${name}`;
    } catch (error) {
      await Deno.remove(draft).catch(() => {});
      throw error;
    } finally {
      await process.close();
    }
  }
}

async function realFile(path: string): Promise<string | undefined> {
  try {
    const real = await Deno.realPath(path);
    return (await Deno.stat(real)).isFile ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the newest archives of a folder: each change of schema or seed leaves one behind. */
async function prune(folder: string): Promise<void> {
  const found: { path: string; time: number }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^pglite-[\d.]+-[0-9a-f]{16}\.tar$/.test(name)) continue;
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    found.push({ path: `${folder}/${name}`, time: mtime?.getTime() ?? 0 });
  }
  for (const { path } of found.sort((a, b) => b.time - a.time).slice(KEPT)) {
    await Deno.remove(path).catch(() => {});
  }
}
