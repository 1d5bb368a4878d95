import { boundTools, TOOL_FUNCTIONS } from "./_bound_tools.ts";
import { callerOf } from "./_caller.ts";
import { rowDirectory, WorldEpisode } from "./_episode.ts";
import { makeScratch, type Scratch } from "./_scratch.ts";
import { FileStore } from "./files/file_store.ts";
import { PaperworkStore } from "./paperwork.ts";
import { checkPatch } from "./patch.ts";
import { type MarkedFile, seedFiles } from "./seed/files.ts";
import { seedAccounts } from "./seed/people.ts";
import { seedTables } from "./seed/postgres.ts";
import { canary, WORLD_TIME } from "./seed/random.ts";
import {
  plantInServices,
  seedServices,
  SERVICE_INDEXES,
  SERVICE_VERSIONS,
  twinClients,
} from "./services/mod.ts";
import { DumpCache, ENGINE } from "./sql/dump_cache.ts";
import { EpisodeSql } from "./sql/episode_sql.ts";
import { SqlHost } from "./sql/sql_host.ts";
import { type Mark, MarkIndex } from "./state/marks.ts";
import { RowOverlay, RowStore, sha256 } from "./state/row_store.ts";
import type { Episode, EpisodeOptions, World, WorldInfo } from "./world.ts";

/** Options for {@linkcode openEmbeddedWorld}. */
export interface EmbeddedWorldOptions {
  /**
   * Seed of the generated records.
   * @default {1}
   */
  seed?: number;
  /**
   * Number of staff beside the named people.
   * @default {200}
   */
  staff?: number;
  /**
   * Folder in which the world's files are made, in a folder of their own that is removed at the
   * end; what worlds of killed processes left in there is removed too.
   * @default {the system's folder for temporary files}
   */
  folder?: string;
  /**
   * Folder that keeps the seeded database's archive from run to run.
   * @default {none: the archive is built anew for each world}
   */
  cache?: string;
  /**
   * Whether the SQL process starts with the first statement or, in the background, at once.
   * @default {"lazy"}
   */
  sql?: "lazy" | "warm";
  /**
   * Time for one SQL statement, in milliseconds.
   * @default {2000}
   */
  sqlTimeout?: number;
}

/**
 * Opens the embedded enterprise: twins of its services in this process, and a real folder for its
 * files.
 *
 * @throws {RangeError} when the seed or the number of staff is no whole number in range.
 */
export async function openEmbeddedWorld(options: EmbeddedWorldOptions = {}): Promise<World> {
  const { seed = 1, staff = 200 } = options;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`Seed must be a whole number: "${seed}"`);
  if (!Number.isInteger(staff) || staff < 0 || staff > 1500) {
    throw new RangeError(`Number of staff must be a whole number from 0 to 1500: "${staff}"`);
  }
  const accounts = seedAccounts(seed, staff);
  const services = seedServices({ seed, accounts });
  const rows = new RowStore(services.rows, SERVICE_INDEXES);
  const { files, marked } = seedFiles(seed, accounts);
  const { tables, marks } = seedTables(seed, accounts);
  const scratch = await makeScratch({ prefix: "argus-world-", parent: options.folder });
  const store = await FileStore.create(scratch.path, files).catch(async (error) => {
    await scratch[Symbol.asyncDispose]();
    throw error;
  });
  const dumps = new DumpCache(tables, [
    ...options.cache === undefined ? [] : [options.cache],
    `${scratch.path}/dump`,
  ]);
  const timeout = options.sqlTimeout === undefined ? {} : { timeout: options.sqlTimeout };
  const sql = new SqlHost({ dumps, ...timeout });
  if (options.sql === "warm") sql.warm();
  const index = new MarkIndex([...marks, ...marked.map(fileMark), ...services.marks]);
  const paper = new PaperworkStore(tables);
  return new EmbeddedWorld({ seed, rows, files: store, scratch, marks: index, sql, dumps, paper });
}

function fileMark({ mark, path, values }: MarkedFile): Mark {
  return { mark, service: "fs", entity: "files", id: path, values };
}

interface WorldParts {
  seed: number;
  rows: RowStore;
  files: FileStore;
  scratch: Scratch;
  marks: MarkIndex;
  sql: SqlHost;
  dumps: DumpCache;
  paper: PaperworkStore;
}

class EmbeddedWorld implements World {
  readonly tools: ReadonlySet<string> = new Set(TOOL_FUNCTIONS.keys());
  #parts: WorldParts;
  #key: string;
  #seededRows: string;
  #open = new Set<Episode>();

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#key = canary(parts.seed, "token-key");
    this.#seededRows = parts.rows.digest();
  }

  info(): Promise<WorldInfo> {
    const { seed, files, dumps } = this.#parts;
    return Promise.resolve({
      stack: "embedded",
      seed,
      digest: sha256([this.#seededRows, files.seededDigest(), dumps.digest].join("\n")),
      services: { ...SERVICE_VERSIONS, postgres: `17.5 (${ENGINE})`, fs: "folder" },
    });
  }

  async digest(): Promise<string> {
    const { rows, files, sql, dumps } = this.#parts;
    const different = (await sql.verify()).map(({ entity, digest }) => `${entity} ${digest}`);
    const database = [dumps.digest, ...different.sort()].join("\n");
    return sha256([rows.digest(), await files.digest(), database].join("\n"));
  }

  async episode(options: EpisodeOptions = {}): Promise<Episode> {
    const { seed, rows, files, marks, paper, sql: host } = this.#parts;
    const { patch = {} } = options;
    checkPatch(patch);
    const { actor, role, account, ...rights } = callerOf(seed, options.credential ?? "agent");
    const overlay = new RowOverlay(rows);
    let ticks = 0;
    const now = (): number => WORLD_TIME + ticks * 1000;
    const view = files.open(rights.files, { actor, now });
    plantInServices(patch, overlay, { seed, time: WORLD_TIME - 3_600_000 });
    for (const { path, content } of patch.files ?? []) await view.plant(path, content);
    const clients = account && twinClients(account, overlay, { seed, key: this.#key, now });
    const sql = new EpisodeSql(host, { role, now, plants: patch.rows ?? [] });
    const episode = new WorldEpisode({
      tools: boundTools({ clients, sql, files: view, actor, now, tick: () => ticks++ }),
      names: this.tools,
      rows: overlay,
      directory: rowDirectory(overlay),
      files: view,
      sql,
      marks,
      records: paper.open(patch.rows ?? []),
      onClose: () => this.#open.delete(episode),
    });
    this.#open.add(episode);
    return episode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const episode of [...this.#open]) await episode.close();
    } finally {
      await this.#parts.sql.close();
      await this.#parts.scratch[Symbol.asyncDispose]();
    }
  }
}
