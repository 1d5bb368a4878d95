import assert from "node:assert/strict";
import { played, readRecording, unmatched } from "../recording.ts";
import type { Scenario, Subject } from "../scenario.ts";

/** A twin and what it is asked. */
export interface Twin<S extends Subject> {
  /** Name of the recording that it is held to: `"keycloak"`. */
  name: string;
  /** What it is asked. */
  scenarios: readonly Scenario<S>[];
  /** Opens an empty transcript on a twin that no other scenario changed. */
  subject: () => S | Promise<S>;
  /** Ends what the subjects share. */
  close?: () => Promise<void>;
}

/**
 * Declares a test that plays each scenario on the twin and compares what was said with what the real
 * service said when it was recorded.
 */
export function againstTwin<S extends Subject>({ name, scenarios, subject, close }: Twin<S>): void {
  Deno.test(`the twin of ${name} answers as the service was recorded to`, async (test) => {
    const recording = await readRecording(name);
    assert.deepEqual(unmatched(scenarios, recording.scenarios), []);
    try {
      for (const scenario of scenarios) {
        await test.step(scenario.name, async () => {
          const said = await played(scenario, await subject());
          const recorded = recording.scenarios[scenario.name] ?? [];
          for (const [index, exchange] of recorded.entries()) {
            assert.deepEqual(said[index], exchange, `exchange ${index}: ${exchange.asked}`);
          }
          assert.equal(said.length, recorded.length);
        });
      }
    } finally {
      await close?.();
    }
  });
}
