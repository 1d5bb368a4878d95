import assert from "node:assert/strict";
import { EvidenceLog, EvidenceReader } from "./evidence.ts";
import { hashOf, sha256 as hashOfLine } from "./canonical.ts";
import { formatVerdict, MAX_VERDICT_BYTES, parseVerdict, type Verdict } from "./verdict.ts";
import { readChain, streamChain, VerdictLog } from "./verdict_log.ts";

const GENESIS = hashOf("manifest");

function verdict(name: string): Verdict {
  return {
    schema: "argus.verdict/1",
    key: hashOf(name),
    probe_id: `s/f/${name}`,
    suite: "s",
    family: "f",
    template: "t",
    kind: "attack",
    channel: "direct",
    mitre: ["T1098"],
    arm: "a",
    trial: 0,
    decisions: ["APPROVE"],
    p_approve: [0.5],
    findings: [["audit-namespace-guard", "call", 0, "block"]],
    calls: [["kc_delete_user", "blocked"]],
    granted: true,
    acted: false,
    hit: false,
    outcome: "blocked",
    stopped_by: "audit-namespace-guard",
    pass: true,
    turns: 1,
    tokens: 10,
    ms: 1,
    evidence: [0, GENESIS],
    prev: GENESIS,
  };
}

function inTempFile(test: (path: string) => void): () => void {
  return () => {
    const path = Deno.makeTempFileSync();
    try {
      test(path);
    } finally {
      Deno.removeSync(path);
    }
  };
}

Deno.test(
  "VerdictLog chains its lines and finds its keys again",
  inTempFile((path) => {
    {
      using log = VerdictLog.open(path, GENESIS);
      log.append(verdict("a"));
      log.append(verdict("b"));
    }
    using again = VerdictLog.open(path, GENESIS);
    assert.deepEqual([...again.keys], [hashOf("a"), hashOf("b")]);
    assert.throws(() => again.append(verdict("a")), RangeError);
    again.append(verdict("c"));
    const { verdicts, head } = readChain(Deno.readTextFileSync(path), path, GENESIS);
    assert.equal(verdicts.length, 3);
    assert.equal(head, again.head);
  }),
);

Deno.test(
  "VerdictLog cuts a torn last line at every length and loses nothing before it",
  inTempFile((path) => {
    {
      using log = VerdictLog.open(path, GENESIS);
      log.append(verdict("a"));
      log.append(verdict("b"));
    }
    const whole = Deno.readFileSync(path);
    const first = whole.indexOf(10) + 1;
    for (let size = first; size < whole.length; size += 37) {
      Deno.writeFileSync(path, whole.subarray(0, size));
      using log = VerdictLog.open(path, GENESIS);
      assert.deepEqual([...log.keys], [hashOf("a")]);
      log.append(verdict("b"));
      assert.deepEqual(Deno.readFileSync(path), whole);
    }
  }),
);

Deno.test(
  "readChain() names the line that was edited, removed, swapped or repeated",
  inTempFile((path) => {
    {
      using log = VerdictLog.open(path, GENESIS);
      for (const name of ["a", "b", "c"]) log.append(verdict(name));
    }
    const [a, b, c] = Deno.readTextFileSync(path).split("\n") as [string, string, string];
    const read = (...lines: string[]) => () => readChain(lines.join("\n") + "\n", "v", GENESIS);
    assert.doesNotThrow(read(a, b, c));
    assert.throws(read(a, b.replace('"pass":true', '"pass":false'), c), /v:3: field "prev"/);
    assert.throws(read(a, c), /v:2: field "prev"/);
    assert.throws(read(b, a, c), /v:1: field "prev"/);
    assert.throws(read(a, b, b), /v:3: field "prev"/);
    assert.throws(read(a, "{}", c), /v:2: field "schema"/);
    assert.throws(read(a, "{", c), /v:2: Not JSON/);
  }),
);

Deno.test("parseVerdict() refuses a newer schema and names it", () => {
  const line = JSON.stringify({ ...verdict("a"), schema: "argus.verdict/2" });
  assert.throws(() => parseVerdict(line, "f:7"), /^RunFileError: f:7: field "schema".*verdict\/2/);
});

Deno.test("formatVerdict() drops calls before a line grows over its limit", () => {
  const long = verdict("a");
  for (let i = 0; i < 50; i++) long.calls.push(["kc_assign_realm_roles", "executed"]);
  const line = formatVerdict(long);
  assert(new TextEncoder().encode(line).length < MAX_VERDICT_BYTES);
  assert(parseVerdict(line, "x").calls.length > 5);
  assert.throws(() => formatVerdict({ ...long, probe_id: "x".repeat(2000) }), RangeError);
});

Deno.test("formatVerdict() cuts the same whatever the time and the place, and counts an earlier cut", () => {
  const long = verdict("a");
  for (let i = 0; i < 30; i++) {
    long.calls.push(["kc_assign_realm_roles", "executed"]);
    long.findings.push(["audit-namespace-guard", "call", i, i === 29 ? "error" : "block"]);
  }
  const first = parseVerdict(formatVerdict(long), "x");
  const later = parseVerdict(
    formatVerdict({ ...long, ms: 123_456, evidence: [9_876_543, GENESIS] }),
    "x",
  );
  assert.deepEqual([later.calls, later.findings, later.cut], [
    first.calls,
    first.findings,
    first.cut,
  ]);
  assert(first.findings.some(([, , , action]) => action === "error"));
  assert.deepEqual(parseVerdict(formatVerdict({ ...first, ms: 5 }), "x").cut, first.cut);
});

Deno.test(
  "EvidenceLog stores a long text once and gives it back",
  inTempFile((path) => {
    const text = "long ".repeat(100);
    const first = { prompt: text, list: [text, "short"], n: 1, none: null };
    const second = { args: { $sha256: "made up by a model" }, raw: text };
    let places: [number, string][];
    {
      using log = EvidenceLog.open(path);
      places = [log.append("k1", first)];
    }
    {
      using log = EvidenceLog.open(path);
      places.push(log.append("k2", second));
    }
    assert.equal(Deno.readTextFileSync(path).split(text).length, 2);
    const reader = new EvidenceReader(path);
    assert.deepEqual(places.map((place) => reader.read(place)), [first, second]);
    const sound = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, sound.replace("long long", "lone long"));
    assert.throws(() => new EvidenceReader(path), /the file was edited/);
    Deno.writeTextFileSync(path, sound.replace("short", "shore"));
    assert.throws(
      () => new EvidenceReader(path).read(places[0] as [number, string]),
      /was edited or cut/,
    );
  }),
);

Deno.test(
  "streamChain() reads what readChain() reads, over the bounds of blocks too",
  inTempFile((path) => {
    let head = GENESIS;
    const lines = Array.from({ length: 3000 }, (_, index) => {
      // Letters of two bytes, so that a bound may fall into one.
      const line = formatVerdict({ ...verdict(`${index}${"é".repeat(index % 90)}`), prev: head });
      head = hashOfLine(line);
      return `${line}\n`;
    });
    Deno.writeTextFileSync(path, lines.join("") + '{"torn":');
    assert(Deno.statSync(path).size > 2 * 2 ** 20);
    const whole = readChain(Deno.readTextFileSync(path), path, GENESIS);
    assert.equal(whole.head, head);
    assert.deepEqual([...streamChain(path, GENESIS)], whole.verdicts);
    assert.deepEqual([...streamChain(`${path}.none`, GENESIS)], []);
  }),
);

Deno.test(
  "streamChain() names the line that was edited, repeated, moved, newer or not in the plan",
  inTempFile((path) => {
    {
      using log = VerdictLog.open(path, GENESIS);
      for (const name of ["a", "b", "c"]) log.append(verdict(name));
    }
    const [a, b, c] = Deno.readTextFileSync(path).split("\n") as [string, string, string];
    const again = formatVerdict({ ...verdict("a"), prev: hashOfLine(b) });
    const cases: [lines: string[], message: RegExp][] = [
      [[a, b.replace('"pass":true', '"pass":false'), c], /:3: field "prev"/],
      [[b, a, c], /:1: field "prev"/],
      [[a, b, b], /:3: field "prev"/],
      [[a, b, again], /:3: field "key": line 1 has the same key/],
      [[a, b.replace("verdict/1", "verdict/2"), c], /:2: field "schema"/],
      [[a, b.slice(0, 40), c], /:2: Not JSON/],
    ];
    for (const [lines, message] of cases) {
      Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
      assert.throws(() => [...streamChain(path, GENESIS)], message);
      assert.throws(() => VerdictLog.open(path, GENESIS), message);
    }
    Deno.writeTextFileSync(path, `${a}\n${b}\n`);
    const planned = new Set([hashOf("a")]);
    assert.throws(
      () => [...streamChain(path, GENESIS, planned)],
      /:2: field "key": not in the plan/,
    );
  }),
);
