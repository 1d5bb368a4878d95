import assert from "node:assert/strict";
import { makeScratch } from "./_scratch.ts";

const prefix = "argus-test-";

interface Other {
  path: string;
  kill: () => Promise<void>;
}

/** A folder that another process holds. */
async function heldElsewhere(parent: string): Promise<Other> {
  const module = new URL("_scratch.ts", import.meta.url).href;
  const options = JSON.stringify({ prefix, parent });
  const code = `
    const { makeScratch } = await import("${module}");
    const { path } = await makeScratch(${options});
    Deno.mkdirSync(path + "/base");
    Deno.writeTextFileSync(path + "/base/x", "x");
    console.log(path);
    setInterval(() => {}, 1000);
  `;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" })
    .spawn();
  let path = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    path += text;
    if (path.endsWith("\n")) break;
  }
  return {
    path: path.trim(),
    kill: async (): Promise<void> => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function age(folder: string): Promise<void> {
  const then = new Date(Date.now() - 120_000);
  await Deno.utime(folder, then, then);
}

Deno.test("makeScratch() removes what a killed process left, and nothing that lives", async () => {
  const parent = await Deno.realPath(await Deno.makeTempDir({ prefix: "argus-scratch-test-" }));
  const foreign = `${parent}/other-folder`;
  const unlocked = `${parent}/${prefix}unlocked`;
  const [dead, live, young] = await Promise.all([1, 2, 3].map(() => heldElsewhere(parent)));
  assert.ok(dead && live && young);
  try {
    await Promise.all([dead.kill(), young.kill()]);
    await Deno.mkdir(foreign);
    await Deno.writeTextFile(`${foreign}/.lock`, "");
    await Deno.mkdir(unlocked);
    for (const folder of [dead.path, live.path, foreign, unlocked]) await age(folder);
    const scratch = await makeScratch({ prefix, parent });
    await Deno.writeTextFile(`${scratch.path}/x`, "x");
    await scratch[Symbol.asyncDispose]();
    const left = [...Deno.readDirSync(parent)].map(({ name }) => `${parent}/${name}`);
    assert.deepEqual(left.sort(), [foreign, unlocked, live.path, young.path].sort());
    assert.equal(await Deno.readTextFile(`${live.path}/base/x`), "x");
  } finally {
    await live.kill();
    await Deno.remove(parent, { recursive: true });
  }
});
