import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CATALOG_URL, readCatalog, resolveModel } from "./catalog.ts";

const HASH = "0".repeat(64);

function model(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    file: "small/base.gguf",
    sha256: HASH,
    bytes: 10,
    license: "Apache-2.0",
    roles: ["gateway", "executor"],
    adapters: { baseline: { file: "small/a.gguf", sha256: HASH, bytes: 3, method: "SFT" } },
    context: 1024,
    ...fields,
  };
}

function text(models: Record<string, unknown>, schema = "argus.models/1"): string {
  return JSON.stringify({ schema, models });
}

Deno.test("readCatalog() accepts a catalog and resolves model and adapter beside it", () => {
  const catalog = readCatalog(text({ small: model() }));
  const base = new URL("file:///somewhere/models/catalog.json");
  const found = resolveModel(catalog, "small", { adapter: "baseline", base });
  assert.equal(found.url.href, "file:///somewhere/models/small/base.gguf");
  assert.equal(found.adapter?.url.href, "file:///somewhere/models/small/a.gguf");
  assert.equal(resolveModel(catalog, "small", { base }).adapter, undefined);
});

Deno.test("resolveModel() names what the catalog has when a name is unknown", () => {
  const catalog = readCatalog(text({ small: model() }));
  assert.throws(() => resolveModel(catalog, "large"), /Model "large".*"small"/);
  assert.throws(() => resolveModel(catalog, "constructor"), RangeError);
  assert.throws(
    () => resolveModel(catalog, "small", { adapter: "x" }),
    /no adapter "x".*"baseline"/,
  );
});

Deno.test("readCatalog() names the field of a malformed catalog", () => {
  const cases: [string, RegExp][] = [
    ["{", /not JSON/],
    ["[]", /Cannot read the model catalog/],
    [text({ small: model() }, "argus.models/9"), /"schema"/],
    [text({ small: model({ sha256: "abc" }) }), /small\.sha256/],
    [text({ small: model({ bytes: 0 }) }), /small\.bytes/],
    [text({ small: model({ extra: 1 }) }), /small/],
    [text({ "Bad Name": model() }), /Bad Name/],
  ];
  for (const [json, message] of cases) assert.throws(() => readCatalog(json), message);
});

Deno.test("readCatalog() refuses a file outside of the catalog's folder", () => {
  for (const file of ["/etc/x.gguf", "../x.gguf", "a/../../x.gguf", "C:\\x.gguf", "https://x/y"]) {
    assert.throws(() => readCatalog(text({ small: model({ file }) })), /small\.file/, file);
  }
});

Deno.test("the shipped catalog describes the files beside it, byte for byte", async () => {
  const catalog = readCatalog(await Deno.readTextFile(CATALOG_URL));
  let total = 0;
  for (const model of Object.values(catalog.models)) {
    for (const { file, sha256, bytes } of [model, ...Object.values(model.adapters)]) {
      const data = await Deno.readFile(new URL(file, CATALOG_URL));
      assert.equal(data.length, bytes, file);
      assert.equal(createHash("sha256").update(data).digest("hex"), sha256, file);
      total += bytes;
    }
  }
  assert.ok(total > 0 && total <= 10_000_000, `the shipped set has ${total} bytes`);
});
