import assert from "node:assert/strict";
import { demultiplexed, linesOf, textOf } from "./_byte_stream.ts";
import { splitImage } from "./image.ts";
import { PullMeter, stackEventLine } from "./progress.ts";

const encoder = new TextEncoder();

/** The bytes in chunks of `size`. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

function frames(...texts: string[]): Uint8Array {
  const parts = texts.map((text) => {
    const payload = encoder.encode(text);
    return [1, 0, 0, 0, 0, 0, payload.length >> 8, payload.length & 255, ...payload];
  });
  return new Uint8Array(parts.flat());
}

Deno.test("textOf() joins a multiplexed stream, however it is cut", async () => {
  const bytes = frames("one\n", "zwölf\n", "", "x".repeat(300));
  for (const size of [1, 3, 7, 8, 9, 1000]) {
    assert.equal(await textOf(chunked(bytes, size)), `one\nzwölf\n${"x".repeat(300)}`);
  }
});

Deno.test("demultiplexed() passes on what is not multiplexed", async () => {
  const text = "plain output of a terminal\n";
  for (const size of [1, 5, 100]) {
    const parts = await Array.fromAsync(demultiplexed(chunked(encoder.encode(text), size)));
    assert.equal(parts.map((part) => new TextDecoder().decode(part)).join(""), text);
  }
});

Deno.test("linesOf() keeps characters and lines whole, however they are cut", async () => {
  const bytes = encoder.encode("ä\r\n\nöü");
  for (const size of [1, 2, 100]) {
    assert.deepEqual(await Array.fromAsync(linesOf(chunked(bytes, size))), ["ä", "", "öü"]);
  }
});

Deno.test("PullMeter adds layers up and never goes back", () => {
  const meter = new PullMeter();
  assert.equal(meter.take({ status: "Pulling from x", id: "latest" }), false);
  meter.take({ status: "Downloading", id: "a", progressDetail: { current: 5, total: 10 } });
  meter.take({ status: "Downloading", id: "b", progressDetail: { current: 1, total: 30 } });
  meter.take({ status: "Download complete", id: "a", progressDetail: {} });
  meter.take({ status: "Extracting", id: "a", progressDetail: { current: 1, total: 10 } });
  assert.deepEqual([meter.received, meter.total], [11, 40]);
});

Deno.test("stackEventLine() writes one line for an event", () => {
  const line = stackEventLine({ service: "minio", phase: "pull", received: 5e6, total: 2e7 });
  assert.equal(line, "minio        pulling     25 % of 20 MB");
  assert.equal(stackEventLine({ service: "minio", phase: "start" }), "minio        starting");
});

Deno.test("splitImage() takes a registry's port for what it is", () => {
  assert.deepEqual(splitImage("a/b:1.2"), { fromImage: "a/b", tag: "1.2" });
  assert.deepEqual(splitImage("host:5000/a"), { fromImage: "host:5000/a", tag: "latest" });
  assert.deepEqual(splitImage("host:5000/a:3"), { fromImage: "host:5000/a", tag: "3" });
});
