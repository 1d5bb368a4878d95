import { RunWriteError } from "./verdict.ts";

/** A file that only grows, in whole lines that are on disk when `append` returns. */
export class AppendFile implements Disposable {
  #file: Deno.FsFile;
  #size: number;
  #path: string;

  private constructor(file: Deno.FsFile, size: number, path: string) {
    this.#file = file;
    this.#size = size;
    this.#path = path;
  }

  /** Opens or creates the file at `path` and cuts a torn last line. */
  static open(path: string): AppendFile {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    const size = wholeLines(file);
    file.truncateSync(size);
    file.seekSync(size, Deno.SeekMode.Start);
    return new AppendFile(file, size, path);
  }

  /**
   * Appends lines and waits until they are durable. After a failure (a full disk) what was written
   * of them is cut off again, so that the file still ends with a whole line.
   *
   * @returns Byte offset of the last of the lines.
   */
  append(...lines: readonly string[]): number {
    const encoder = new TextEncoder();
    const bytes = encoder.encode(lines.join("\n") + "\n");
    try {
      for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
      this.#file.syncDataSync();
    } catch (error) {
      this.#file.truncateSync(this.#size);
      this.#file.seekSync(this.#size, Deno.SeekMode.Start);
      throw new RunWriteError(this.#path, error);
    }
    this.#size += bytes.length;
    return this.#size - encoder.encode(lines.at(-1)).length - 1;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

const NEWLINE = 10;
const BLOCK = 65_536;

/** Number of bytes up to and including the last newline. */
function wholeLines(file: Deno.FsFile): number {
  const block = new Uint8Array(BLOCK);
  for (let end = file.statSync().size; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    file.seekSync(start, Deno.SeekMode.Start);
    const read = file.readSync(block.subarray(0, end - start)) ?? 0;
    const newline = block.subarray(0, read).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
