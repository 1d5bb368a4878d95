import assert from "node:assert/strict";
import { played, readRecording, unmatched } from "../recording.ts";
import type { Scenario, Subject } from "../scenario.ts";

/** A twin and what it is asked. */
export interface Twin<S extends Subject> {
  /** Name of the recording that it is held to: `"keycloak"`. */
  name: string;
  /** What it is asked. */
  scenarios: readonly Scenario<S>[];
  /** Opens an empty transcript on a twin of its own. */
  subject: () => S | Promise<S>;
}

/**
 * Declares a test for each scenario that plays it on the twin and compares what was said with what the
 * real service said when it was recorded.
 */
export function againstTwin<S extends Subject>({ name, scenarios, subject }: Twin<S>): void {
  Deno.test(`the recording of ${name} holds these scenarios and no other`, async () => {
    const recording = await readRecording(name);
    assert.deepEqual(unmatched(scenarios, recording.scenarios), []);
  });
  for (const scenario of scenarios) {
    Deno.test(`the twin of ${name} answers as the service: ${scenario.name}`, async () => {
      const recording = await readRecording(name);
      const said = await played(scenario, await subject());
      for (const [index, exchange] of (recording.scenarios[scenario.name] ?? []).entries()) {
        assert.deepEqual(said[index], exchange, `exchange ${index}: ${exchange.asked}`);
      }
      assert.equal(said.length, recording.scenarios[scenario.name]?.length);
    });
  }
}
