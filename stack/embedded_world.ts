import { type Persona, WorldPatch } from "../probes/mod.ts";
import { EmbeddedEpisode } from "./_episode.ts";
import { FileStore } from "./files/file_store.ts";
import { AGENT_FILE_RIGHTS, PERSONA_FILE_RIGHTS } from "./files/rights.ts";
import { keycloakFetch } from "./keycloak/twin.ts";
import { seedFiles } from "./seed/files.ts";
import { AGENT_CLIENT, agentSecret, KEYCLOAK_INDEXES, seedKeycloak } from "./seed/keycloak.ts";
import { AGENT_ACCOUNT, REALMS, seedAccounts, syntheticPassword } from "./seed/people.ts";
import { canary, WORLD_TIME } from "./seed/random.ts";
import type { EpisodeSql } from "./sql/episode_sql.ts";
import { type Mark, MarkIndex } from "./state/marks.ts";
import { RowOverlay, RowStore, sha256 } from "./state/row_store.ts";
import type { ToolContext, ToolFunction } from "./tools/context.ts";
import { KeycloakClient } from "./tools/keycloak_client.ts";
import { TOOL_FUNCTIONS } from "./tools/mod.ts";
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
   * Folder in which the world's files are made, in a folder of their own that is removed at the end.
   * @default {the system's folder for temporary files}
   */
  folder?: string;
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
  const rows = new RowStore(seedKeycloak(seed, accounts), KEYCLOAK_INDEXES);
  const { files, marked } = seedFiles(seed, accounts);
  const marks = new MarkIndex(marked.map(({ mark, path, values }): Mark => ({
    mark,
    service: "fs",
    entity: "files",
    id: path,
    values,
  })));
  const parent = options.folder === undefined ? {} : { dir: options.folder };
  const folder = await Deno.makeTempDir({ ...parent, prefix: "argus-world-" });
  const store = await FileStore.create(folder, files);
  return new EmbeddedWorld({ seed, rows, files: store, folder, marks });
}

interface WorldParts {
  seed: number;
  rows: RowStore;
  files: FileStore;
  folder: string;
  marks: MarkIndex;
}

class EmbeddedWorld implements World {
  readonly tools: ReadonlySet<string> = new Set(TOOL_FUNCTIONS.keys());
  #parts: WorldParts;
  #key: string;
  #open = new Set<Episode>();

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#key = canary(parts.seed, "token-key");
  }

  info(): Promise<WorldInfo> {
    const { seed, rows, files } = this.#parts;
    return Promise.resolve({
      stack: "embedded",
      seed,
      digest: sha256(`${rows.digest()}\n${files.seededDigest()}`),
      services: { keycloak: "26.0", fs: "folder" },
    });
  }

  async digest(): Promise<string> {
    const { rows, files } = this.#parts;
    return sha256(`${rows.digest()}\n${await files.digest()}`);
  }

  async episode(options: EpisodeOptions = {}): Promise<Episode> {
    const { seed, rows, files, marks } = this.#parts;
    const patch = WorldPatch.parse(options.patch ?? {});
    const credential = options.credential ?? "agent";
    const overlay = new RowOverlay(rows);
    let ticks = 0;
    const now = (): number => WORLD_TIME + ticks * 1000;
    const actor = credential === "agent" ? AGENT_ACCOUNT : credential.id;
    const view = files.open(
      credential === "agent" ? AGENT_FILE_RIGHTS : PERSONA_FILE_RIGHTS[credential.role],
      { actor, now },
    );
    for (const { path, content } of patch.files ?? []) await view.plant(path, content);
    const keycloak = new KeycloakClient({
      baseUrl: "http://keycloak.example.com",
      ...login(seed, credential),
      fetch: keycloakFetch(overlay, { seed, key: this.#key, now }),
    });
    const context: ToolContext = { keycloak, sql: NO_SQL, files: view, actor, now };
    const episode = new EmbeddedEpisode({
      tools: counting(TOOL_FUNCTIONS, () => ticks++),
      names: this.tools,
      context,
      rows: overlay,
      files: view,
      sql: NO_SQL,
      marks,
      onClose: () => this.#open.delete(episode),
    });
    this.#open.add(episode);
    return episode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const episode of [...this.#open]) await episode.close();
    await Deno.remove(this.#parts.folder, { recursive: true });
  }
}

/** The tools, with the world's clock moved on by one second for each call. */
function counting(
  tools: ReadonlyMap<string, ToolFunction>,
  tick: () => void,
): ReadonlyMap<string, ToolFunction> {
  return new Map([...tools].map(([name, tool]) => [name, (args, context) => {
    tick();
    return tool(args, context);
  }]));
}

function login(seed: number, credential: "agent" | Persona): {
  realm: string;
  login: ConstructorParameters<typeof KeycloakClient>[0]["login"];
} {
  if (credential === "agent") {
    const secret = { clientId: AGENT_CLIENT, clientSecret: agentSecret(seed) };
    return { realm: REALMS[0], login: { grant: "client_credentials", ...secret } };
  }
  const { id: username, realm } = credential;
  const password = syntheticPassword(seed, realm, username);
  return { realm, login: { grant: "password", username, password } };
}

const NO_SQL: EpisodeSql = {
  query: () => Promise.reject(new Error("no database")),
  pending: () => [],
  commit: () => Promise.resolve(),
  rollback: () => Promise.resolve(),
  close: () => Promise.resolve([]),
};
