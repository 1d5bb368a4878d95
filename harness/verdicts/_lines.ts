const NEWLINE = 10;
const BLOCK = 1 << 20;

/**
 * The whole lines of a file, read block by block, so that its size does not matter. What comes after
 * the last newline is torn, and left out. A file that does not exist has no lines.
 *
 * @param path Path of the file; UTF-8.
 */
export function* linesOf(path: string): Generator<string> {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    const decoder = new TextDecoder();
    const block = new Uint8Array(BLOCK);
    // The beginning of a line whose end lies in a later block.
    let begun = new Uint8Array(0);
    for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
      let start = 0;
      for (;;) {
        const end = block.indexOf(NEWLINE, start);
        if (end < 0 || end >= read) break;
        const rest = block.subarray(start, end);
        yield decoder.decode(begun.length === 0 ? rest : joined(begun, rest));
        begun = new Uint8Array(0);
        start = end + 1;
      }
      begun = joined(begun, block.subarray(start, read));
    }
  } finally {
    file.close();
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
