import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { findLibrary, modelProcessCommand } from "./_library.ts";

/** Tries what the model process must not do, and tells what it could. */
const PROBE = `
const could = [];
const attempt = async (name, work) => {
  try { if (await work() !== undefined) could.push(name); } catch { /* denied */ }
};
await attempt("read a file", () => Deno.readTextFile("/etc/hostname"));
await attempt("read the model", () => Deno.readTextFile(Deno.args[0]));
await attempt("read beside the model", () => Deno.readTextFile(Deno.args[0] + ".txt"));
await attempt("write", () => Deno.writeTextFile(Deno.args[0], "").then(() => 1));
await attempt("connect", () => Deno.connect({ port: Number(Deno.args[1]) }));
await attempt("fetch", () => fetch("http://127.0.0.1:" + Deno.args[1]));
await attempt("listen", () => Deno.listen({ port: 0 }));
await attempt("run", () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output());
await attempt("see the environment", () => Deno.env.get("PATH"));
await attempt("ask who runs it", () => Deno.hostname());
await attempt("load a library", () => Deno.dlopen(Deno.args[0], {}));
console.log(JSON.stringify(could));
`;

Deno.test("modelProcessCommand() lets the process read packages and its models, and nothing else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a b" });
  const model = `${folder}/model.gguf`;
  await Deno.writeTextFile(model, "model");
  await Deno.writeTextFile(`${model}.txt`, "other");
  await Deno.writeTextFile(`${folder}/probe.mjs`, PROBE);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(),
  );
  try {
    for (const detect of [true, false]) {
      const [program, ...args] = modelProcessCommand({
        library: findLibrary(),
        files: [model],
        detect,
      });
      args.splice(-1, 1, `${folder}/probe.mjs`, model, `${server.addr.port}`);
      const { stdout, stderr } = await new Deno.Command(program, { args }).output();
      const text = new TextDecoder().decode(stdout);
      ok(text !== "", new TextDecoder().decode(stderr));
      deepEqual(JSON.parse(text), ["read the model"]);
    }
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("modelProcessCommand() grants nothing that hides behind a comma in a path", () => {
  const options = { library: findLibrary(), files: ["/models/a.gguf,/etc"], detect: false };
  throws(() => modelProcessCommand(options), /path with a comma; rename it/);
});

Deno.test("findLibrary() finds a build for the processor, the best device first", () => {
  const { bindings, packages, url } = findLibrary();
  ok(bindings.length > 0);
  for (const { addon } of bindings) ok(Deno.statSync(addon).isFile);
  if (Deno.build.os === "linux") equal(bindings.at(-1)?.gpu, false);
  ok(packages.every((folder) => fileURLToPath(url).startsWith(folder)));
});
