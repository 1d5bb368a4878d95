import assert from "node:assert/strict";
import { ModelCatalogError, parseModelCatalog } from "./catalog.ts";

const URL_OF_CATALOG = new URL("file:///models/catalog.json");
const hash = "0".repeat(64);
const entry = {
  file: "nano/base.gguf",
  sha256: hash,
  bytes: 10,
  license: "Apache-2.0",
  roles: ["gateway", "executor"],
  adapters: { baseline: { file: "nano/baseline.gguf", sha256: hash, bytes: 5, method: "sft" } },
  defaultAdapter: "baseline",
  context: 1024,
};
const parse = (model: unknown) =>
  parseModelCatalog(
    JSON.stringify({ schema: "argus.models/1", models: { nano: model } }),
    URL_OF_CATALOG,
  );

Deno.test("parseModelCatalog() resolves files beside the catalog", () => {
  const nano = parse(entry).get("nano");
  assert.equal(nano?.path, "/models/nano/base.gguf");
  assert.equal(nano?.adapters.get("baseline")?.path, "/models/nano/baseline.gguf");
});

Deno.test("parseModelCatalog() names the field that is wrong", () => {
  const cases: [unknown, RegExp][] = [
    [{ ...entry, sha256: "x" }, /field "models.nano.sha256"/],
    [{ ...entry, file: "../../etc/passwd" }, /field "models.nano.file"/],
    [{ ...entry, file: "/etc/passwd" }, /field "models.nano.file"/],
    [{ ...entry, roles: ["judge"] }, /field "models.nano.roles/],
    [{ ...entry, defaultAdapter: "other" }, /defaultAdapter": there is no such adapter/],
  ];
  for (const [model, message] of cases) {
    assert.throws(() => parse(model), (error) => {
      assert(error instanceof ModelCatalogError);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => parseModelCatalog("{", URL_OF_CATALOG), /Not JSON/);
});
