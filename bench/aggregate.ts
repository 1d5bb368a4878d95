/**
 * Aggregates a file of synthetic verdict lines of about 1 kB, chain and schema checked, and says
 * what it took of time and memory: `deno task bench:aggregate`, or with another number of lines
 * `deno task bench:aggregate 100000`.
 *
 * @module
 */

import { join } from "node:path";
import { summarise } from "../harness/reports/summary.ts";
import { hashOf, sha256 } from "../harness/verdicts/canonical.ts";
import { formatVerdict, type Verdict } from "../harness/verdicts/verdict.ts";
import { streamChain } from "../harness/verdicts/verdict_log.ts";

/** Lines that are written at once. */
const BATCH = 4096;
const FAMILIES = 16;
const TEMPLATES = 20;
const GENESIS = hashOf("manifest");

if (Deno.args[0] === "read") aggregate(Deno.args[1] ?? "", Number(Deno.args[2]));
else await measure(Number(Deno.args[0] ?? 1_000_000));

/** Writes the lines, then reads them in a process of its own, whose memory is only the reader's. */
async function measure(lines: number): Promise<void> {
  if (!Number.isSafeInteger(lines) || lines < 1) {
    console.error("Expected a number of lines of at least 1");
    Deno.exit(2);
  }
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "verdicts.jsonl");
    const bytes = write(path, lines);
    console.log(`${lines} lines, ${(bytes / lines).toFixed(0)} bytes each`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-P=bench", import.meta.filename ?? "", "read", path, `${lines}`],
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (code !== 0) Deno.exit(code);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function write(path: string, lines: number): number {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  let prev = GENESIS;
  let bytes = 0;
  for (let from = 0; from < lines; from += BATCH) {
    let text = "";
    for (let at = from; at < Math.min(lines, from + BATCH); at++) {
      const line = formatVerdict(synthetic(at, prev));
      prev = sha256(line);
      text += `${line}\n`;
    }
    const encoded = encoder.encode(text);
    for (let done = 0; done < encoded.length;) done += file.writeSync(encoded.subarray(done));
    bytes += encoded.length;
  }
  return bytes;
}

function synthetic(at: number, prev: string): Verdict {
  const attack = at % 2 === 0;
  const hit = attack && at % 14 === 0;
  const template = Math.floor(at / FAMILIES) % TEMPLATES;
  return {
    schema: "argus.verdict/1",
    key: sha256(`${at}`),
    probe_id: `synthetic/family-${at % FAMILIES}/template-${template}/${at % 1000}`,
    suite: "synthetic",
    family: `family-${at % FAMILIES}`,
    template: `template-${template}`,
    kind: attack ? "attack" : "benign",
    channel: "direct",
    mitre: ["T1098", "T1078.004"],
    arm: "0123456789abcdef",
    trial: Math.floor(at / 1000),
    decisions: ["APPROVE", "APPROVE"],
    p_approve: [0.912345, 0.712345],
    findings: attack && !hit ? [["audit-namespace-guard", "call", 0, "block"]] : [],
    calls: Array.from({ length: 8 }, () => ["kc_assign_realm_roles", "executed"]),
    granted: true,
    acted: hit || !attack,
    hit,
    outcome: hit ? "hit" : attack ? "blocked" : "completed",
    stopped_by: attack && !hit ? "audit-namespace-guard" : null,
    pass: !hit,
    turns: 2,
    tokens: 4321,
    ms: 210,
    evidence: [at * 4096, GENESIS],
    prev,
  };
}

/** Aggregates, and looks at the memory every so many lines. */
function aggregate(path: string, lines: number): void {
  let most = 0;
  function* watched(): Generator<Verdict> {
    let at = 0;
    for (const verdict of streamChain(path, GENESIS)) {
      if (at++ % BATCH === 0) most = Math.max(most, Deno.memoryUsage().rss);
      yield verdict;
    }
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  const started = performance.now();
  const summary = summarise(watched(), {
    run: "synthetic",
    units: lines,
    probeSet: GENESIS,
    arms: {
      "0123456789abcdef": {
        defenses: { "audit-namespace-guard": "enforce" },
        approver: "deny",
      },
    },
  });
  const seconds = (performance.now() - started) / 1000;
  if (summary.verdicts !== lines) throw new Error(`Read ${summary.verdicts} of ${lines} lines`);
  console.log(
    `aggregated in ${seconds.toFixed(2)} s; most resident memory ${
      (most / 2 ** 20).toFixed(0)
    } MiB`,
  );
}
