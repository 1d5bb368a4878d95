/** Age from which a folder may be a dead process's, in milliseconds: younger ones may not be locked yet. */
const STALE_MS = 60_000;

const LOCK = ".lock";

/** A folder for temporary files. */
export interface Scratch extends AsyncDisposable {
  /** Its path, without links. */
  readonly path: string;
}

/**
 * Makes a folder that is locked while its process lives, and removes those that killed processes
 * left beside it, in the background.
 */
export async function makeScratch(prefix: string): Promise<Scratch> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix }));
  const lock = lockOf(path, { createNew: true, write: true });
  const swept = sweep(path.slice(0, path.lastIndexOf("/")), prefix);
  return {
    path,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await swept;
      try {
        await Deno.remove(path, { recursive: true });
      } finally {
        lock?.close();
      }
    },
  };
}

/** Takes a folder's lock, which ends with the process, however it ends; undefined when it is taken. */
function lockOf(folder: string, options: Deno.OpenOptions): Deno.FsFile | undefined {
  const lock = Deno.openSync(`${folder}/${LOCK}`, options);
  try {
    if (lock.tryLockSync(true)) return lock;
  } catch {
    // A file system without locks: nothing is taken for dead there.
    if (options.createNew) Deno.removeSync(`${folder}/${LOCK}`);
  }
  lock.close();
  return undefined;
}

async function sweep(parent: string, prefix: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      if (isDirectory && name.startsWith(prefix)) await removeStale(`${parent}/${name}`);
    }
  } catch {
    // A folder that cannot be listed is not this process's to tidy.
  }
}

async function removeStale(folder: string): Promise<void> {
  try {
    const { mtime } = await Deno.lstat(folder);
    if (mtime === null || Date.now() - mtime.getTime() < STALE_MS) return;
    // Opening anything but a file, such as a pipe, could wait for ever.
    if (!(await Deno.lstat(`${folder}/${LOCK}`)).isFile) return;
    using lock = lockOf(folder, { write: true });
    if (!lock) return;
    // The lock goes last, so that a folder half removed is still known as stale.
    for await (const { name } of Deno.readDir(folder)) {
      if (name !== LOCK) await Deno.remove(`${folder}/${name}`, { recursive: true });
    }
    await Deno.remove(folder, { recursive: true });
  } catch {
    // Another process was faster, or it belongs to another user.
  }
}
