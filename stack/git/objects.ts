import { createHash } from "node:crypto";

/** Files of a commit: the blob of each path. */
export type Tree = Readonly<Record<string, string>>;

/** One entry of a folder in a tree. */
export interface TreeEntry {
  /** Name in its folder. */
  name: string;
  /** Path from the root. */
  path: string;
  /** What it is. */
  type: "blob" | "tree";
  /** Name of the object. */
  sha: string;
}

/** What a commit says. */
export interface CommitFields {
  /** Name of the root tree. */
  tree: string;
  /** Names of the parents. */
  parents: readonly string[];
  /** Who wrote it: `"alice.dev"`. */
  author: string;
  /** E-mail address of the author. */
  email: string;
  /** Milliseconds since the epoch; Git keeps whole seconds. */
  time: number;
  /** The message, without a line feed at the end. */
  message: string;
}

const encoder = new TextEncoder();

function objectSha(type: string, body: Uint8Array): string {
  return createHash("sha1").update(`${type} ${body.length}\0`).update(body).digest("hex");
}

/**
 * The name that Git gives a file's content.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(blobSha("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
 * ```
 */
export function blobSha(content: string): string {
  return objectSha("blob", encoder.encode(content));
}

/** The entries of a folder, in Git's order; `""` is the root. Undefined when there is none. */
export function treeEntries(tree: Tree, folder = ""): TreeEntry[] | undefined {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, TreeEntry>();
  for (const [path, sha] of Object.entries(tree)) {
    if (!path.startsWith(prefix)) continue;
    const [name = "", ...rest] = path.slice(prefix.length).split("/");
    if (entries.has(name)) continue;
    const at = `${prefix}${name}`;
    entries.set(
      name,
      rest.length === 0
        ? { name, path: at, type: "blob", sha }
        : { name, path: at, type: "tree", sha: treeSha(tree, at) },
    );
  }
  if (entries.size === 0 && folder !== "") return undefined;
  // Git sorts a folder as if its name ended in a slash.
  const order = ({ name, type }: TreeEntry): string => type === "tree" ? `${name}/` : name;
  return [...entries.values()].sort((a, b) => order(a) < order(b) ? -1 : 1);
}

/** The name that Git gives a folder of a tree; `""` is the root. */
export function treeSha(tree: Tree, folder = ""): string {
  const parts = (treeEntries(tree, folder) ?? []).flatMap(({ name, type, sha }) => [
    encoder.encode(`${type === "tree" ? "40000" : "100644"} ${name}\0`),
    Uint8Array.fromHex(sha),
  ]);
  return objectSha("tree", concatenated(parts));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The name that Git gives a commit whose author committed it, in UTC. */
export function commitSha(commit: CommitFields): string {
  const who = `${commit.author} <${commit.email}> ${Math.floor(commit.time / 1000)} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
    "",
    `${commit.message}\n`,
  ];
  return objectSha("commit", encoder.encode(lines.join("\n")));
}
