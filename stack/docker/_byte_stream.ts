/** Readers for what the engine streams. */

const decoder = new TextDecoder();

/** The lines of a stream of text. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + text.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  rest += text.decode();
  if (rest !== "") yield rest;
}

/**
 * The payloads of a multiplexed stream: a header of eight bytes, whose first is the channel (0 to 2) and
 * whose last four are the length, then the payload. What does not look so is passed on as it is.
 */
export async function* demultiplexed(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let buffer: Uint8Array = new Uint8Array();
  let raw = false;
  for await (const chunk of stream) {
    buffer = concat(buffer, chunk);
    while (!raw && buffer.length >= 8) {
      raw = (buffer[0] ?? 0) > 2 || buffer[1] !== 0 || buffer[2] !== 0 || buffer[3] !== 0;
      if (raw) break;
      const end = 8 + new DataView(buffer.buffer, buffer.byteOffset).getUint32(4);
      if (buffer.length < end) break;
      yield buffer.subarray(8, end);
      buffer = buffer.subarray(end);
    }
    if (raw && buffer.length > 0) {
      yield buffer;
      buffer = new Uint8Array();
    }
  }
  if (buffer.length > 0) yield buffer;
}

/** All the text of a multiplexed stream. */
export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let all: Uint8Array = new Uint8Array();
  for await (const payload of demultiplexed(stream)) all = concat(all, payload);
  return decoder.decode(all);
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
