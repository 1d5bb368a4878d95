import assert from "node:assert/strict";
import { argus, scratch } from "./testing/argus.ts";

Deno.test("argus model plan says what fits, and refuses with numbers what does not", async () => {
  await using place = await scratch();
  const model = `${place.folder}/tiny.gguf`;
  const fits = await argus("model", "plan", model, model, "nano-critic");
  assert.equal(fits.code, 0, fits.stderr);
  assert.match(fits.stdout, /^tiny {2}weights 0\.1 MB {2}cache 8\.9 MB \(2 × 8 lanes of 2048/);
  assert.match(fits.stdout, /\nfits: takes \d+\.\d MB/);
  const most = "100000000000";
  const large = await argus("model", "plan", model, "--context", most);
  assert.equal(large.code, 2);
  assert.match(large.stdout, /does not fit: takes \d+\.\d GB, \d+\.\d/);
  assert.match(large.stderr, /\d+\.\d GB of memory is missing; choose a smaller/);
  const wrong = [
    [["model", "plan", "nanno"], /"nanno" is not in the catalog: use one of "nano"/],
    [["model", "plan", model, "--lanes", "0"], /--lanes.*whole number/s],
    [["model", "plan", `${place.folder}/tiny-lora.gguf`], /it is an adapter; name its base/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, stderr } = await argus(...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
