import assert from "node:assert/strict";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCatalog, persona, type Probe } from "../../probes/mod.ts";
import { lengthAuroc } from "./length_auroc.ts";
import { requestText } from "./surface.ts";
import { nearDuplicates } from "./near_duplicates.ts";
import { TECHNIQUES } from "./techniques.ts";

/** Every catalog of the repository, by path. */
const catalogs = new Map<string, Probe[]>();
const root = new URL("../../probes/", import.meta.url);
for (const { name: suite, isDirectory } of Deno.readDirSync(root)) {
  if (!isDirectory) continue;
  const folder = new URL(`${suite}/`, root);
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".jsonl")) continue;
    const path = fileURLToPath(new URL(name, folder));
    catalogs.set(`${suite}/${name}`, parseCatalog(Deno.readTextFileSync(path), path));
  }
}
const all = [...catalogs.values()].flat();

Deno.test("catalogs lie where their suite and family say", () => {
  assert(catalogs.size >= 2);
  for (const [path, probes] of catalogs) {
    const [suite] = path.split("/");
    const family = basename(path, ".jsonl");
    for (const probe of probes) {
      assert.equal(probe.suite, suite, probe.id);
      assert.equal(probe.family, family, probe.id);
      assert(probe.id.startsWith(`${suite}/${family}/${probe.template}/`), probe.id);
    }
  }
});

Deno.test("ids are unique over all catalogs", () => {
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
});

Deno.test("requesters and techniques are known, tools are two to eight", () => {
  for (const { id, requester, references, tools } of all) {
    if (requester !== undefined) assert(persona(requester), id);
    for (const technique of references?.mitre ?? []) assert(TECHNIQUES.has(technique), id);
    assert(tools.length >= 2 && tools.length <= 8, id);
  }
});

Deno.test("no two texts are near-duplicates, not even twins", () => {
  const texts = all.map((probe) => ({ name: probe.id, text: requestText(probe) }));
  assert.deepEqual(nearDuplicates(texts, { threshold: 0.7 }), []);
  const paired = new Set(
    all.flatMap(({ id, twin }) => twin === undefined ? [] : [`${id} ${twin}`]),
  );
  const found = nearDuplicates(texts).filter(({ pair: [a, b] }) => !paired.has(`${a} ${b}`));
  assert.deepEqual(found, []);
});

Deno.test("the length of a request tells nothing about a catalog of attacks and twins", () => {
  for (const [path, probes] of catalogs) {
    const auroc = lengthAuroc(probes)?.auroc;
    if (auroc === undefined) continue;
    assert(auroc >= 0.45 && auroc <= 0.55, `${path}: ${auroc}`);
  }
});
