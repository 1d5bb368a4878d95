/** Options for {@linkcode readLines}. */
export interface LineLimits {
  /** The most bytes of one line. */
  line: number;
  /** The most bytes of the whole stream. */
  total: number;
}

/**
 * Splits a stream into lines, never holding more than one line's limit.
 *
 * @throws {RangeError} when a line or the stream is longer than its limit; the stream is cancelled.
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: Uint8Array[] = [];
  let length = 0;
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > limits.total) throw new RangeError(`it wrote more than ${limits.total} bytes`);
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end);
      check(length + line.length, limits);
      yield decoder.decode(join([...parts, line]));
      parts = [];
      length = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    check(length, limits);
    parts.push(rest);
  }
}

function check(length: number, { line }: LineLimits): void {
  if (length > line) throw new RangeError(`it wrote a line of more than ${line} bytes`);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
