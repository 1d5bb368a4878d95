import type { DiffEntry, Row } from "../../probes/mod.ts";
import { sha256 } from "../state/row_store.ts";
import { FileError, type FilePort, type FolderEntry } from "../tools/context.ts";
import { parentOf, ROOTS, within, worldPath } from "./_path.ts";
import type { FileRights } from "./rights.ts";

const encoder = new TextEncoder();

/** A text of a file larger than this is refused: reads of the world stay bounded. */
const FILE_BYTES = 1_048_576;

/** The seeded files, in a real folder that no episode writes to. */
export class FileStore {
  #root: string;
  #seeded: ReadonlyMap<string, string>;
  #rows = new Map<string, Row>();
  #lanes = 0;

  private constructor(root: string, files: ReadonlyMap<string, string>) {
    this.#root = root;
    this.#seeded = files;
  }

  /** Writes the seeded files, by path, below a folder that must exist. */
  static async create(folder: string, files: ReadonlyMap<string, string>): Promise<FileStore> {
    // Resolved once, so that a link above the world is no escape and one inside it is.
    const store = new FileStore(await Deno.realPath(folder), files);
    for (const top of ROOTS) await Deno.mkdir(`${store.#root}/base/${top}`, { recursive: true });
    await Deno.mkdir(`${store.#root}/lanes`, { recursive: true });
    for (const [path, content] of files) {
      await store.#seed(path, content);
      store.#rows.set(path, fileRow(path, content));
    }
    return store;
  }

  async #seed(path: string, content: string): Promise<void> {
    await Deno.mkdir(`${this.base}${parentOf(path)}`, { recursive: true });
    await Deno.writeTextFile(`${this.base}${path}`, content);
  }

  /** Puts a seeded file back as it was. */
  async restore(path: string): Promise<void> {
    await Deno.remove(this.base + path, { recursive: true }).catch(() => {});
    const content = this.#seeded.get(path);
    if (content !== undefined) await this.#seed(path, content);
  }

  /** Folder that holds the seeded files. */
  get base(): string {
    return `${this.#root}/base`;
  }

  /** Row of a seeded file. */
  row(path: string): Row | undefined {
    return this.#rows.get(path);
  }

  /** Paths of the seeded files. */
  paths(): Iterable<string> {
    return this.#rows.keys();
  }

  /** Opens an episode's view. */
  open(rights: FileRights, clock: FileClock): EpisodeFiles {
    return new EpisodeFiles(this, `${this.#root}/lanes/${++this.#lanes}`, rights, clock);
  }

  /** Whether a seeded file still has its content. */
  async intact(path: string): Promise<boolean> {
    const row = this.#rows.get(path);
    try {
      return row?.sha256 === sha256(await Deno.readFile(this.base + path));
    } catch {
      return row === undefined;
    }
  }

  /** Digest over every file below the base folder as it is now, planted strangers included. */
  async digest(): Promise<string> {
    const found: string[] = [];
    await walk(this.base, "", found);
    return sha256(found.sort().join("\n"));
  }

  /** Digest of the files as they were seeded. */
  seededDigest(): string {
    return sha256(
      [...this.#rows.values()].map((row) => `${row.path} ${row.sha256}`).sort().join("\n"),
    );
  }
}

async function walk(base: string, folder: string, found: string[]): Promise<void> {
  for await (const entry of Deno.readDir(base + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await walk(base, path, found);
    else if (entry.isFile) found.push(`${path} ${sha256(await Deno.readFile(base + path))}`);
    else found.push(`${path} link`);
  }
}

function fileRow(path: string, content: string | Uint8Array): Row {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return { path, sha256: sha256(bytes), bytes: bytes.length, audit: path.startsWith("/audit/") };
}

/** Who writes, and when, for the lines of audit logs. */
export interface FileClock {
  /** Who acts. */
  actor: string;
  /** Milliseconds since the epoch in the world. */
  now: () => number;
}

interface Change {
  path: string;
  before: Row | undefined;
  after: Row;
  appended: boolean;
  /** Content to put back in the overlay; undefined when the overlay did not hold the file. */
  undo: string | undefined;
}

/** One episode's view of the files: what it writes lies in a folder of its own, over the seeded ones. */
export class EpisodeFiles implements FilePort {
  #store: FileStore;
  #folder: string;
  #rights: FileRights;
  #clock: FileClock;
  #rows = new Map<string, Row>();
  #journal: Change[] = [];
  #touched = new Set<string>();

  /** Opens an empty view; its folder is made with the first write. */
  constructor(store: FileStore, folder: string, rights: FileRights, clock: FileClock) {
    this.#store = store;
    this.#folder = folder;
    this.#rights = rights;
    this.#clock = clock;
  }

  /** Plants a file without leaving a trace in the changes. */
  async plant(path: string, content: string): Promise<void> {
    const target = worldPath(path);
    await this.#put(target, content);
    this.#journal = [];
  }

  /** Lists a folder. */
  list(text: string): Promise<FolderEntry[]> {
    return attempt(() => {
      const path = worldPath(text);
      if (path !== "/") this.#need("read", path, true);
      if (this.#row(path)) throw new FileError(`Not a folder: "${path}"`);
      const prefix = path === "/" ? "/" : `${path}/`;
      const entries = new Map<string, FolderEntry>();
      if (path === "/") { for (const name of ROOTS) entries.set(name, { name, kind: "folder" }); }
      for (const [file, row] of this.#all()) {
        if (!file.startsWith(prefix)) continue;
        const [name = "", ...rest] = file.slice(prefix.length).split("/");
        if (rest.length > 0) entries.set(name, { name, kind: "folder" });
        else entries.set(name, { name, kind: "file", bytes: row.bytes as number });
      }
      if (entries.size === 0) throw new FileError(`No such file or folder: "${path}"`);
      return Promise.resolve([...entries.values()].sort((a, b) => a.name < b.name ? -1 : 1));
    });
  }

  /** Reads a text file. */
  read(text: string): Promise<string> {
    return attempt(async () => {
      const path = worldPath(text);
      this.#need("read", path);
      if (!this.#row(path)) throw this.#missing(path);
      return await this.#content(path);
    });
  }

  /** Writes a text file, whole. */
  write(text: string, content: string): Promise<void> {
    return attempt(async () => {
      const path = worldPath(text);
      this.#need("write", path);
      if (text.endsWith("/")) throw new FileError(`Is a folder: "${path}"`);
      await this.#put(path, content);
    });
  }

  /** Adds a line to an audit log file; a line break inside the message becomes a space. */
  append(text: string, message: string): Promise<string> {
    return attempt(async () => {
      const path = worldPath(text);
      if (!path.startsWith("/audit/") || !path.endsWith(".log")) {
        throw new FileError(
          'Path must name an audit log, like "/audit/iam/changes.log"',
        );
      }
      this.#need("append", path);
      const old = this.#row(path) ? await this.#content(path) : "";
      const time = new Date(this.#clock.now()).toISOString().replace(".000Z", "Z");
      const line = `${time} ${this.#clock.actor} ${message.replaceAll(/[\r\n]+/g, " ")}`;
      const gap = old === "" || old.endsWith("\n") ? "" : "\n";
      await this.#put(path, `${old}${gap}${line}\n`);
      return line;
    });
  }

  /** Removes the lines of all audit log files that contain a text, compared as it stands. */
  removeLines(match: string): Promise<Record<string, number>> {
    return attempt(async () => {
      if (match.trim() === "") throw new FileError("Text to match must not be empty");
      if (this.#rights.removeLines.length === 0) throw denied("remove audit lines");
      const removed: Record<string, number> = {};
      for (const path of [...this.#all()].map(([path]) => path).sort()) {
        if (!within(path, this.#rights.removeLines) || !path.endsWith(".log")) continue;
        const lines = (await this.#content(path)).split("\n");
        const kept = lines.filter((line) => !line.includes(match));
        if (kept.length === lines.length) continue;
        removed[path] = lines.length - kept.length;
        await this.#put(path, kept.join("\n"));
      }
      return removed;
    });
  }

  /** Where the journal stands. */
  get position(): number {
    return this.#journal.length;
  }

  /** Net changes since a position, one entry a file. */
  changes(from: number): DiffEntry[] {
    const net = new Map<string, Change>();
    for (const change of this.#journal.slice(from)) {
      const first = net.get(change.path);
      net.set(change.path, {
        ...change,
        before: first ? first.before : change.before,
        appended: change.appended && (first?.appended ?? true),
      });
    }
    return [...net.values()].flatMap(({ path, before, after, appended }): DiffEntry[] => {
      const where = { service: "fs" as const, entity: "files", id: path };
      if (!before) return [{ ...where, change: "created", after }];
      if (before.sha256 === after.sha256) return [];
      const row = appended ? { ...after, appended } : after;
      return [{ ...where, change: "updated", before, after: row }];
    });
  }

  /** Takes back every change since a position. */
  async revert(to: number): Promise<void> {
    for (const { path, before, undo } of this.#journal.splice(to).reverse()) {
      if (undo === undefined) {
        await Deno.remove(this.#folder + path);
        this.#rows.delete(path);
      } else {
        await Deno.writeTextFile(this.#folder + path, undo);
        this.#rows.set(path, before as Row);
      }
    }
  }

  /** Removes everything the episode wrote; returns touched paths that are not as they were seeded. */
  async close(): Promise<string[]> {
    if (this.#touched.size === 0) return [];
    await Deno.remove(this.#folder, { recursive: true });
    const wrong: string[] = [];
    for (const path of this.#touched) {
      if (await this.#store.intact(path)) continue;
      wrong.push(`fs ${path}`);
      await this.#store.restore(path);
    }
    return wrong;
  }

  *#all(): Generator<[string, Row]> {
    for (const path of this.#store.paths()) yield [path, this.#row(path) as Row];
    for (const [path, row] of this.#rows) if (!this.#store.row(path)) yield [path, row];
  }

  #row(path: string): Row | undefined {
    return this.#rows.get(path) ?? this.#store.row(path);
  }

  #need(right: "read" | "write" | "append", path: string, folder = false): void {
    const allowed = this.#rights[right];
    const reachable = folder && allowed.some((prefix) => prefix.startsWith(`${path}/`));
    if (!reachable && !within(path, allowed)) throw denied(`${right} "${path}"`);
  }

  #missing(path: string): FileError {
    const folder = [...this.#all()].some(([file]) => file.startsWith(`${path}/`));
    return new FileError(folder ? `Is a folder: "${path}"` : `No such file: "${path}"`);
  }

  async #content(path: string): Promise<string> {
    const target = (this.#rows.has(path) ? this.#folder : this.#store.base) + path;
    if (await Deno.realPath(target) !== target) throw new FileError(`Not a plain file: "${path}"`);
    return await Deno.readTextFile(target);
  }

  async #put(path: string, content: string): Promise<void> {
    if (content.length > FILE_BYTES) {
      throw new FileError(`Content must not have more than ${FILE_BYTES} characters`);
    }
    if (path.split("/").length < 3) throw new FileError(`Is a folder: "${path}"`);
    this.#checkShape(path);
    const before = this.#row(path);
    const old = before && await this.#content(path);
    const held = this.#rows.has(path);
    const after = fileRow(path, content);
    const target = this.#folder + path;
    const folder = parentOf(target);
    this.#touched.add(path);
    await Deno.mkdir(folder, { recursive: true });
    if (await Deno.realPath(folder) !== folder) {
      throw new FileError(`Not a plain folder: "${path}"`);
    }
    await Deno.writeTextFile(target, content);
    this.#rows.set(path, after);
    this.#journal.push({
      path,
      before,
      after,
      appended: after.audit === true && old !== undefined && content.startsWith(old),
      undo: held ? old : undefined,
    });
  }

  /** A file is no folder, and a folder no file. */
  #checkShape(path: string): void {
    for (let above = parentOf(path); above !== "/"; above = parentOf(above)) {
      if (this.#row(above)) throw new FileError(`Not a folder: "${above}"`);
    }
    if (!this.#row(path)) {
      for (const [file] of this.#all()) {
        if (file.startsWith(`${path}/`)) throw new FileError(`Is a folder: "${path}"`);
      }
    }
  }
}

function denied(what: string): FileError {
  return new FileError(`Permission denied: ${what}`, "denied");
}

// Whatever the file system itself says becomes an error that names no path of the host.
async function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new FileError("No such file or folder");
    if (error instanceof Deno.errors.NotADirectory) throw new FileError("Not a folder");
    if (error instanceof Deno.errors.IsADirectory) throw new FileError("Is a folder");
    if (error instanceof Deno.errors.FilesystemLoop) throw new FileError("Not a plain file");
    throw error;
  }
}
