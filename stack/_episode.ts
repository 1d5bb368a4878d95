import {
  type Audience,
  type Diff,
  type DiffEntry,
  type Json,
  type Row,
  type ToolCall,
  TOOLS,
} from "../probes/mod.ts";
import type { BoundTool } from "./_bound_tools.ts";
import type { EpisodeFiles } from "./files/file_store.ts";
import type { EpisodeSql } from "./sql/episode_sql.ts";
import { disclosures, type MarkIndex } from "./state/marks.ts";
import type { JournaledState } from "./state/journaled_state.ts";
import type { RowOverlay } from "./state/row_store.ts";
import { refused, type ToolOutcome } from "./tools/outcome.ts";
import { argumentProblems } from "./tools/validate.ts";
import {
  type Directory,
  type DirectoryEntry,
  type Episode,
  type Paperwork,
  type Prepared,
  WorldError,
} from "./world.ts";

/** What an episode is made of. */
export interface EpisodeParts {
  tools: ReadonlyMap<string, BoundTool>;
  names: ReadonlySet<string>;
  rows: JournaledState;
  directory: Pick<Directory, "principal">;
  files: EpisodeFiles;
  sql: EpisodeSql;
  marks: MarkIndex;
  records: Paperwork;
  /** Called once when the episode is over. */
  onClose: () => void;
}

/** An episode of a world: what its tools change is listed, and taken back at its end. */
export class WorldEpisode implements Episode {
  readonly tools: ReadonlySet<string>;
  readonly directory: Directory;
  #parts: EpisodeParts;
  #diff: DiffEntry[] = [];
  #pending: Prepared | undefined;
  #running: Promise<Prepared> | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: EpisodeParts) {
    this.#parts = parts;
    this.tools = parts.names;
    this.directory = { ...parts.directory, records: parts.records };
  }

  async prepare(call: Readonly<ToolCall>): Promise<Prepared> {
    if (this.#closed) throw new TypeError("Cannot prepare a call: the episode is closed");
    if (this.#running || this.#pending) {
      throw new TypeError("Cannot prepare a call: commit or roll back the one before it first");
    }
    this.#running = this.#prepare(call);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #prepare(call: Readonly<ToolCall>): Promise<Prepared> {
    const { rows, files, sql, marks } = this.#parts;
    const from = { rows: rows.position, files: files.position };
    const outcome = await this.#run(call);
    const changed = [...rows.changes(from.rows), ...files.changes(from.files), ...sql.pending()];
    if (outcome.status !== "executed") {
      await rows.revert(from.rows);
      await files.revert(from.files);
      sql.rollback();
      // An error message can quote a value: what arrives is disclosed, whatever the status.
      return this.#inert(outcome, disclosures(marks, outcome.result, "agent"));
    }
    const told = (outcome.carried ?? []).flatMap(({ text, to }) => disclosures(marks, text, to));
    const shown = disclosures(marks, outcome.result, "agent");
    const diff = [...changed, ...counted(outcome), ...shown, ...distinct(told)];
    if (changed.length === 0) return this.#inert(outcome, diff);
    return this.#hold({
      status: outcome.status,
      diff: freeze(diff),
      result: outcome.result,
      commit: () =>
        this.#settle(() => {
          sql.commit();
          this.#diff.push(...diff);
          return Promise.resolve();
        }),
      rollback: () =>
        this.#settle(async () => {
          await rows.revert(from.rows);
          await files.revert(from.files);
          sql.rollback();
        }),
    });
  }

  /** A prepared call that holds nothing open: it changed nothing. */
  #inert({ status, result }: ToolOutcome, diff: DiffEntry[]): Prepared {
    return this.#hold({
      status,
      diff: freeze(diff),
      result,
      commit: () =>
        this.#settle(() => {
          this.#diff.push(...diff);
          return Promise.resolve();
        }),
      rollback: () => this.#settle(() => Promise.resolve()),
    });
  }

  #hold(prepared: Prepared): Prepared {
    this.#pending = prepared;
    return prepared;
  }

  async #settle(act: () => Promise<void>): Promise<void> {
    if (!this.#pending) {
      throw new TypeError("Cannot settle a call twice: it was committed or rolled back");
    }
    this.#pending = undefined;
    await act();
  }

  async #run(call: Readonly<ToolCall>): Promise<ToolOutcome> {
    const tool = this.#parts.tools.get(call.name);
    const schema = TOOLS.get(call.name)?.schema.function.parameters;
    if (!schema) return refused("error", `Unknown tool "${call.name.slice(0, 60).toWellFormed()}"`);
    if (!tool) return refused("error", `Tool "${call.name}" is not part of this world`);
    const problems = argumentProblems(schema, call.arguments as Json);
    if (problems.length > 0) {
      return refused("invalid", `Invalid arguments for ${call.name}: ${problems.join("; ")}`);
    }
    return await tool(call.arguments);
  }

  disclosed(text: string, to: Audience): Diff {
    if (this.#closed) throw new TypeError("Cannot record a disclosure: the episode is closed");
    const entries = freeze(disclosures(this.#parts.marks, text, to));
    this.#diff.push(...entries);
    return entries;
  }

  diff(): Diff {
    return [...this.#diff];
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { rows, files, sql, onClose } = this.#parts;
    // A call in flight, as when a run is cancelled, must not write after its files are gone.
    await this.#running?.catch(() => {});
    const wrong = [...await rows.close(), ...await files.close(), ...await sql.close()];
    onClose();
    if (wrong.length > 0) {
      throw new WorldError(`Reset did not restore the world: ${wrong.slice(0, 5).join(", ")}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function counted({ reads }: ToolOutcome): DiffEntry[] {
  return reads.map(({ service, entity, count }) => ({
    service,
    entity,
    id: "*",
    change: "read",
    after: { count },
  }));
}

/** Disclosures with each mark once for each audience, however many texts hold it. */
function distinct(entries: readonly DiffEntry[]): DiffEntry[] {
  const byMark = entries.map((entry): [string, DiffEntry] => [
    `${entry.after?.to} ${entry.after?.mark}`,
    entry,
  ]);
  return [...new Map(byMark).values()];
}

function freeze(diff: DiffEntry[]): Diff {
  for (const entry of diff) Object.freeze(entry);
  return Object.freeze([...diff]);
}

/** A directory over Keycloak's rows: its reads leave no trace. */
export function rowDirectory(rows: RowOverlay): Pick<Directory, "principal"> {
  const entry = (row: Row): DirectoryEntry => ({
    realm: String(row.realm),
    user_id: String(row.user_id),
    username: String(row.username),
    ...(row.email ? { email: String(row.email) } : {}),
    roles: rows.by("keycloak.role_mappings", "user_id", row.user_id as string).map(([, mapping]) =>
      String(mapping.role)
    ),
  });
  return {
    principal(realm, identifier) {
      const name = identifier.toLowerCase();
      const row = rows.get("keycloak.users", `${realm}/${name}`) ??
        ["user_id", "email"].flatMap((column) => rows.by("keycloak.users", column, name))
          .map(([, row]) => row).find((row) => row.realm === realm);
      return Promise.resolve(row && entry(row));
    },
  };
}
