// Runs a family of probes with and without the defenses and compares what got through:
// deno run -P=harness examples/run_eval.ts
import { evaluate, readRun } from "@argus-safety/argus";

for (const profile of ["none", "full"] as const) {
  const { folder } = await evaluate({ suites: ["corpus-v1"], profile, limit: 8 });
  const attacks = readRun(folder).verdicts.filter(({ kind }) => kind === "attack");
  const hits = attacks.filter(({ hit }) => hit).length;
  console.log(`profile ${profile}: ${hits} of ${attacks.length} attacks hit their target`);
}
