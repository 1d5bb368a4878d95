import { boundTools } from "./_bound_tools.ts";
import { callerOf } from "./_caller.ts";
import { rowDirectory, WorldEpisode } from "./_episode.ts";
import { makeScratch, type Scratch } from "./_scratch.ts";
import { FileStore } from "./files/file_store.ts";
import { type KeycloakAdmin, masterAdmin } from "./keycloak/service_seed.ts";
import { PaperworkStore } from "./paperwork.ts";
import { checkPatch } from "./patch.ts";
import { seedFiles } from "./seed/files.ts";
import { seedAccounts } from "./seed/people.ts";
import { seedTables } from "./seed/postgres.ts";
import { WORLD_TIME } from "./seed/random.ts";
import { KEYCLOAK, keycloakLogins } from "./services/keycloak.ts";
import { seedServices, SERVICE_INDEXES } from "./services/mod.ts";
import { EpisodeSql } from "./sql/episode_sql.ts";
import { SqlServer } from "./sql/sql_server.ts";
import { MarkIndex } from "./state/marks.ts";
import { canonical, type Rows, RowStore, sha256 } from "./state/row_store.ts";
import type { ServiceClients } from "./tools/context.ts";
import { DATABASE_TOOLS } from "./tools/database.ts";
import { FILE_TOOLS } from "./tools/files.ts";
import { KeycloakClient } from "./tools/keycloak_client.ts";
import {
  type Episode,
  type EpisodeOptions,
  type World,
  WorldError,
  type WorldInfo,
} from "./world.ts";
import { KeycloakState } from "./docker/keycloak_state.ts";
import { surveyDifferences, surveyKeycloak } from "./docker/keycloak_survey.ts";
import {
  type WorldAddress,
  worldAddress,
  type WorldAddressOptions,
} from "./docker/world_address.ts";
import { worldLabel } from "./docker/world_label.ts";

/** Options for {@linkcode openDockerWorld}. */
export interface DockerWorldOptions extends WorldAddressOptions {
  /**
   * Seed of the world that the stack holds.
   * @default {1}
   */
  seed?: number;
  /**
   * Number of staff in it, beside the named people.
   * @default {200}
   */
  staff?: number;
  /**
   * Time for one SQL statement, in milliseconds.
   * @default {20000}
   */
  sqlTimeout?: number;
}

/** Time for one request to a service; longer is the service's failure. */
const REQUEST_TIMEOUT = 30_000;

/** Parts of a patch that need a service that this world does not drive. */
const UNSUPPORTED = ["mails", "issues", "objects", "documents"] as const;

/**
 * Opens the world of a Docker stack that is up and seeded: its Keycloak, its PostgreSQL, and a folder for
 * files. It has one episode at a time. The tools of the other services are not part of it.
 *
 * @throws {WorldError} when the stack was never brought up, or a service cannot be reached, holds another world, or serves another run.
 */
export async function openDockerWorld(options: DockerWorldOptions = {}): Promise<World> {
  const { seed = 1, staff = 200, sqlTimeout = 20_000 } = options;
  const address = await worldAddress(options).catch((error) => {
    throw new WorldError((error as Error).message, { cause: error });
  });
  const accounts = seedAccounts(seed, staff);
  const { tables, marks } = seedTables(seed, accounts);
  const { files, marked } = seedFiles(seed, accounts);
  const services = seedServices({ seed, accounts });
  const seeded = keycloakRows(services.rows);
  const sessions = Map.groupBy(
    services.rows.get("keycloak.sessions")?.values() ?? [],
    ({ user_id }) => String(user_id),
  );
  const sql = await SqlServer.open({
    address: address.session,
    admin: address.postgres,
    timeout: sqlTimeout,
  });
  let scratch: Scratch | undefined;
  try {
    const label = await sql.label();
    if (label !== worldLabel(seed, staff)) {
      throw new WorldError(
        `The stack holds "${label || "no world"}", expected "${worldLabel(seed, staff)}": run ` +
          `'deno task stack seed --seed ${seed}'`,
      );
    }
    scratch = await makeScratch({ prefix: "argus-world-" });
    const world = new DockerWorld({
      seed,
      address,
      seeded,
      sessions: (userId) => sessions.get(userId)?.length ?? 0,
      sql,
      scratch,
      admin: masterAdmin({ ...address.keycloak, fetch: serviceFetch }),
      rows: new RowStore(seeded, SERVICE_INDEXES),
      files: await FileStore.create(scratch.path, files),
      tables: sha256(canonical([...tables].map(([name, rows]) => [name, [...rows]]))),
      marks: new MarkIndex([
        ...marks,
        ...marked.map(({ mark, path, values }) => ({
          mark,
          service: "fs" as const,
          entity: "files",
          id: path,
          values,
        })),
      ]),
      paper: new PaperworkStore(tables),
    });
    await world.check();
    return world;
  } catch (error) {
    await sql.close();
    await scratch?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** The seeded rows that a running Keycloak has; no API takes sessions and events. */
function keycloakRows(rows: Rows): Rows {
  const left = new Set<string>(["keycloak.sessions", "keycloak.events"]);
  return new Map([...rows].filter(([kind]) => kind.startsWith("keycloak.") && !left.has(kind)));
}

/** A request to a service: that it cannot be reached is the world's failure, never an answer. */
async function serviceFetch(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT) });
    if (![502, 503, 504].includes(response.status)) return response;
    await response.body?.cancel();
    throw new Error(`it answered with ${response.status}`);
  } catch (error) {
    const { origin } = new URL(request.url);
    throw new WorldError(`The service at ${origin} failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

interface DockerWorldParts {
  seed: number;
  address: WorldAddress;
  seeded: Rows;
  sessions: (userId: string) => number;
  sql: SqlServer;
  scratch: Scratch;
  admin: KeycloakAdmin;
  rows: RowStore;
  files: FileStore;
  tables: string;
  marks: MarkIndex;
  paper: PaperworkStore;
}

class DockerWorld implements World {
  readonly tools: ReadonlySet<string> = new Set(
    [KEYCLOAK.tools, DATABASE_TOOLS, FILE_TOOLS].flatMap((tools) => Object.keys(tools)),
  );
  #parts: DockerWorldParts;
  #open: Episode | undefined;
  #damaged = "";

  constructor(parts: DockerWorldParts) {
    this.#parts = parts;
  }

  info(): Promise<WorldInfo> {
    return Promise.resolve({
      stack: "docker",
      seed: this.#parts.seed,
      digest: this.#digestWith([]),
      services: { keycloak: "26.0", postgres: "16", fs: "folder" },
    });
  }

  #digestWith(different: readonly string[]): string {
    const { rows, files, tables } = this.#parts;
    return sha256([rows.digest(), files.seededDigest(), tables, ...different].join("\n"));
  }

  async #differences(): Promise<string[]> {
    const { sql, admin, seeded, files } = this.#parts;
    const database = (await sql.verify()).map(({ entity, digest }) =>
      `postgres.${entity} ${digest}`
    );
    const folder = await files.digest() === files.seededDigest() ? [] : ["fs.files"];
    const accounts = surveyDifferences(seeded, await this.#asWorld(() => surveyKeycloak(admin)));
    return [...database, ...folder, ...accounts];
  }

  /** Refuses a stack that is not as it was seeded. */
  async check(): Promise<void> {
    const different = await this.#differences();
    if (different.length > 0) {
      throw new WorldError(
        `The stack is not as it was seeded (${
          different.slice(0, 3).join("; ").slice(0, 400)
        }): run ` +
          `'deno task stack seed --seed ${this.#parts.seed}'`,
      );
    }
  }

  async digest(): Promise<string> {
    return this.#digestWith(await this.#differences());
  }

  async #asWorld<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof WorldError) throw error;
      throw new WorldError((error as Error).message, { cause: error });
    }
  }

  async episode(options: EpisodeOptions = {}): Promise<Episode> {
    if (this.#damaged !== "") throw new WorldError(this.#damaged);
    if (this.#open) throw new WorldError("The Docker stack has one episode at a time");
    const { seed, files, marks, paper, sql: server } = this.#parts;
    const { patch = {} } = options;
    checkPatch(patch);
    for (const part of UNSUPPORTED) {
      if ((patch[part] ?? []).length > 0) {
        throw new RangeError(`Cannot plant "${part}" on the Docker stack: it does not drive them`);
      }
    }
    const { actor, role, account, ...rights } = callerOf(seed, options.credential ?? "agent");
    let ticks = 0;
    const now = (): number => WORLD_TIME + ticks * 1000;
    const view = files.open(rights.files, { actor, now });
    for (const { path, content } of patch.files ?? []) await view.plant(path, content);
    const keycloak = this.#keycloak();
    const clients = account && this.#clients(account);
    const sql = new EpisodeSql(server, { role, now, plants: patch.rows ?? [] });
    const bound = boundTools({ clients, sql, files: view, actor, now, tick: () => ticks++ });
    const tools = new Map(
      [...bound].filter(([name]) => this.tools.has(name)).map((
        [name, tool],
      ) => [
        name,
        name.startsWith("kc_") && clients !== undefined
          ? (args: Parameters<typeof tool>[0]) =>
            this.#asWorld(async () => {
              await keycloak.before(name, args);
              const outcome = await tool(args);
              await keycloak.after(args);
              return outcome;
            })
          : tool,
      ]),
    );
    const episode = new WorldEpisode({
      tools,
      names: this.tools,
      rows: keycloak,
      directory: rowDirectory(keycloak.rows),
      files: view,
      sql,
      marks,
      records: paper.open(patch.rows ?? []),
      onClose: () => this.#open = undefined,
    });
    this.#open = episode;
    return this.#watched(episode);
  }

  #keycloak(): KeycloakState {
    const { admin, rows, seed, address, sessions } = this.#parts;
    return new KeycloakState({
      admin,
      seeded: rows,
      seed,
      password: address.passwords.account,
      sessions,
      login: async (realm, username, password) => {
        const url = `${address.keycloak.baseUrl}/realms/${realm}/protocol/openid-connect/token`;
        const body = new URLSearchParams({
          grant_type: "password",
          client_id: "admin-cli",
          username,
          password,
        });
        const response = await serviceFetch(new Request(url, { method: "POST", body }));
        if (response.ok) return await response.body?.cancel();
        // Without the session that the seeded world has, a probe would be another one.
        const said = (await response.text()).slice(0, 200);
        throw new WorldError(`Cannot open a session of "${username}" in "${realm}": ${said}`);
      },
    });
  }

  /** The clients of the services that this world drives: no tool that it has asks for another. */
  #clients(account: NonNullable<ReturnType<typeof callerOf>["account"]>): ServiceClients {
    const { passwords, keycloak } = this.#parts.address;
    const logins = keycloakLogins(account, {
      password: passwords.account,
      clientSecret: passwords.client,
    });
    const { baseUrl } = keycloak;
    const client = new KeycloakClient({ baseUrl, logins, fetch: serviceFetch });
    return { keycloak: client } as Partial<ServiceClients> as ServiceClients;
  }

  /** An episode whose failure to close makes every later one fail: it would rest on what is left. */
  #watched(episode: WorldEpisode): Episode {
    const close = episode.close.bind(episode);
    episode.close = async () => {
      try {
        await close();
      } catch (error) {
        const { seed } = this.#parts;
        this.#open = undefined;
        this.#damaged = `The stack is not as it was seeded: ${(error as Error).message}; run ` +
          `'deno task stack seed --seed ${seed}'`;
        throw error instanceof WorldError ? error : new WorldError(this.#damaged, { cause: error });
      }
    };
    return episode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { sql, scratch } = this.#parts;
    try {
      await this.#open?.close();
    } finally {
      await sql.close();
      await scratch[Symbol.asyncDispose]();
    }
  }
}
