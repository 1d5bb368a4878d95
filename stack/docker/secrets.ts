/**
 * The passwords of the stack: made when it first comes up, kept in one file that only its owner can
 * read, and gone with `reset`.
 *
 * @module
 */

/** Passwords by service. */
export type Secrets = Record<string, string>;

/** How many random bytes a password has. */
const BYTES = 24;

function pathOf(folder: string): string {
  return `${folder}/secrets.json`;
}

/**
 * The passwords in `folder`; nothing when none were made.
 *
 * @param folder Path of the folder that keeps them
 * @throws {SyntaxError} If the file is damaged
 */
export async function readSecrets(folder: string): Promise<Secrets | undefined> {
  const text = await Deno.readTextFile(pathOf(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const damaged = `The passwords in "${pathOf(folder)}" are damaged: restore the file, or delete ` +
    `the stack and its data with 'deno task stack reset'`;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(damaged, { cause });
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new SyntaxError(damaged);
  }
  const values = Object.values(found);
  if (values.some((value) => typeof value !== "string" || value.length < 16)) {
    throw new SyntaxError(damaged);
  }
  return found as Secrets;
}

/**
 * The passwords in `folder` with one for each of `names`: those that are missing are made and kept.
 *
 * @param folder Path of the folder that keeps them; made when missing
 * @param names The services
 */
export async function ensureSecrets(folder: string, names: Iterable<string>): Promise<Secrets> {
  const secrets = await readSecrets(folder) ?? {};
  const missing = [...new Set(names)].filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length === 0) return secrets;
  for (const name of missing) {
    const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
    secrets[name] = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  }
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  // Renamed into place, so that the file is never there with other rights or half written.
  const draft = `${pathOf(folder)}.${crypto.randomUUID()}.tmp`;
  await Deno.writeTextFile(draft, JSON.stringify(secrets, null, 2) + "\n", {
    createNew: true,
    mode: 0o600,
  });
  await Deno.rename(draft, pathOf(folder));
  return secrets;
}

/**
 * Deletes the passwords in `folder`.
 *
 * @param folder Path of the folder that keeps them
 */
export async function deleteSecrets(folder: string): Promise<void> {
  await Deno.remove(pathOf(folder)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
