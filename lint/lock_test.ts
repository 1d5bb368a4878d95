import assert from "node:assert/strict";
import { prunedLock } from "./lock.ts";

const LOCK = {
  version: "5",
  specifiers: { "npm:node-llama-cpp@3": "3.0.0", "npm:@scope/peer@1": "1.0.0_zod@4.0.0" },
  npm: {
    "node-llama-cpp@3.0.0": {
      integrity: "sha512-a",
      dependencies: ["chalk@5.0.0", "nanoid"],
      optionalDependencies: [
        "@node-llama-cpp/linux-arm64",
        "@node-llama-cpp/linux-x64",
        "@node-llama-cpp/linux-x64-cuda",
        "fsevents",
      ],
    },
    "@node-llama-cpp/linux-arm64@3.0.0": { integrity: "sha512-b", cpu: ["arm64", "x64"] },
    "@node-llama-cpp/linux-x64@3.0.0": { integrity: "sha512-c", cpu: ["x64"] },
    "@node-llama-cpp/linux-x64-cuda@3.0.0": { integrity: "sha512-d", dependencies: ["only-cuda"] },
    "only-cuda@1.0.0": { integrity: "sha512-e" },
    "chalk@5.0.0": { integrity: "sha512-f" },
    "fsevents@1.0.0": { integrity: "sha512-g" },
    "nanoid@1.0.0": { integrity: "sha512-h" },
    "@scope/peer@1.0.0_zod@4.0.0": { integrity: "sha512-i", dependencies: ["zod"] },
    "zod@4.0.0": { integrity: "sha512-j" },
  },
};

Deno.test("prunedLock() drops CUDA binaries and what only they need", () => {
  const pruned = JSON.parse(prunedLock(JSON.stringify(LOCK)));
  assert.deepEqual(Object.keys(pruned.npm), [
    "node-llama-cpp@3.0.0",
    "@node-llama-cpp/linux-arm64@3.0.0",
    "@node-llama-cpp/linux-x64@3.0.0",
    "chalk@5.0.0",
    "fsevents@1.0.0",
    "nanoid@1.0.0",
    "@scope/peer@1.0.0_zod@4.0.0",
    "zod@4.0.0",
  ]);
  assert.deepEqual(pruned.npm["node-llama-cpp@3.0.0"].optionalDependencies, [
    "@node-llama-cpp/linux-arm64",
    "@node-llama-cpp/linux-x64",
    "fsevents",
  ]);
});

Deno.test("prunedLock() keeps the arm64 binaries off x64 machines", () => {
  const pruned = JSON.parse(prunedLock(JSON.stringify(LOCK)));
  assert.deepEqual(pruned.npm["@node-llama-cpp/linux-arm64@3.0.0"].cpu, ["arm64"]);
});

Deno.test("prunedLock() changes nothing the second time", () => {
  const once = prunedLock(JSON.stringify(LOCK));
  assert.equal(prunedLock(once), once);
});

Deno.test("prunedLock() refuses a version that it does not know", () => {
  const text = JSON.stringify({ ...LOCK, version: "6" });
  assert.throws(() => prunedLock(text), { name: "SyntaxError", message: /version "6"/ });
});

Deno.test("deno.lock is pruned: run 'deno task lock' after a change of imports", () => {
  const text = Deno.readTextFileSync(new URL("../deno.lock", import.meta.url));
  const pruned = JSON.parse(prunedLock(text));
  assert.deepEqual(JSON.parse(text), pruned);
});
