import assert from "node:assert/strict";
import { VERSION } from "./version.ts";

Deno.test("VERSION is the version in deno.json", () => {
  const config = JSON.parse(Deno.readTextFileSync(new URL("../deno.json", import.meta.url)));
  assert.equal(VERSION, config.version);
});
