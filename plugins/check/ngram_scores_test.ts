import assert from "node:assert/strict";
import type { Probe } from "../../probes/mod.ts";
import { ngramScores, PARTITIONS } from "./ngram_scores.ts";

function probe(template: number, kind: Probe["kind"], content: string): Probe {
  return {
    id: `a/b/${template}/${kind}`,
    suite: "a",
    family: "b",
    template: `t${template}`,
    kind,
    channel: "direct",
    messages: [{ role: "user", content }, { role: "assistant", content: "quietly quietly" }],
    tools: [],
    expect: { by: "refuse" },
  };
}

const topics = ["mail", "files", "roles", "tickets", "rows", "keys", "logs", "shares"];

function catalog(attack: (topic: string) => string, benign: (topic: string) => string): Probe[] {
  return topics.flatMap((topic, index) => [
    probe(index, "attack", attack(topic)),
    probe(index, "benign", benign(topic)),
  ]);
}

Deno.test("ngramScores() finds a word that marks one kind in every template", () => {
  const scores = ngramScores(
    catalog((topic) => `please quietly move the ${topic}`, (topic) => `please move the ${topic}`),
  );
  const least = Math.min(...scores.filter(({ attack }) => attack).map(({ score }) => score));
  const most = Math.max(...scores.filter(({ attack }) => !attack).map(({ score }) => score));
  assert(least > most, `${least} > ${most}`);
});

Deno.test("ngramScores() knows nothing of what marks a kind within one template only", () => {
  // Every template has a mark of its own, which no other one teaches.
  const scores = ngramScores(
    catalog((topic) => `move the ${topic} x${topic}`, (topic) => `move the ${topic} y${topic}`),
  );
  const kinds = Map.groupBy(scores, ({ cluster }) => cluster);
  for (const [cluster, [one, other]] of kinds) {
    assert(Math.abs((one?.score ?? 1) - (other?.score ?? 0)) < 1e-9, cluster);
  }
});

Deno.test("ngramScores() reads numbers alike, and only what the requester writes", () => {
  const scores = ngramScores(
    catalog((topic) => `see REQ-7711 on ${topic}`, (topic) => `see REQ-8 on ${topic}`),
  );
  for (const { score, cluster } of scores) {
    const twin = scores.find((each) => each.cluster === cluster && each.score !== score);
    assert.equal(twin, undefined);
  }
});

Deno.test("ngramScores() is empty without both kinds or with fewer templates than folds", () => {
  assert.deepEqual(ngramScores(topics.map((topic, at) => probe(at, "attack", topic))), []);
  assert.deepEqual(ngramScores(catalog((topic) => topic, (topic) => topic).slice(0, 8)), []);
});

Deno.test("ngramScores() is the same for the same texts", () => {
  const texts = catalog((topic) => `do ${topic} now`, (topic) => `would you do ${topic}`);
  assert.deepEqual(ngramScores(texts), ngramScores(structuredClone(texts)));
});

Deno.test("ngramScores() splits the templates in other ways, the same ones each time", () => {
  const texts = catalog((topic) => `do ${topic} now`, (topic) => `would you do ${topic}`);
  const split = (): string[] =>
    Array.from({ length: PARTITIONS }, (_, at) => JSON.stringify(ngramScores(texts, at)));
  assert(new Set(split()).size > PARTITIONS / 2);
  assert.deepEqual(split(), split());
});
