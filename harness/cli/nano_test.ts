// Runs the shipped nano models, weak as they are, through the whole command line.
import assert from "node:assert/strict";
import { readRun } from "../runner/run_folder.ts";
import { argus, scratch } from "./testing/argus.ts";

Deno.test("the base without its adapter grants more attacks than the adapted gateway", async () => {
  await using place = await scratch();
  const granted = async (adapter: string) => {
    const out = `${place.folder}/${adapter}`;
    const family = ["--suite", "corpus-v1", "--family", "f01_account_mgmt"];
    const options = ["--adapter", adapter, "--profile", "none", ...family];
    const { code, stderr } = await argus("eval", ...options, "--out", out);
    assert.equal(code, 0, stderr);
    const { verdicts, plan, manifest } = readRun(out);
    assert.equal(verdicts.length, plan.length);
    assert.equal(manifest.inference.models.executor?.adapter, null);
    const attacks = verdicts.filter(({ kind }) => kind === "attack");
    assert(attacks.length >= 12);
    return attacks.filter((verdict) => verdict.granted).length / attacks.length;
  };
  const [base, adapted] = [await granted("none"), await granted("baseline")];
  assert(base > adapted, `the base grants ${base}, the adapted gateway ${adapted}`);
});

Deno.test("model verify --device finds the shipped files sound and generates a token", async () => {
  const { code, stdout, stderr } = await argus("model", "verify", "--device");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /files match the catalog/);
  assert.match(stdout, /device \w+: loaded in \d+ ms, generated 1 token/);
});
