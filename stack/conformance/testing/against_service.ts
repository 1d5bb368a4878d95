import assert from "node:assert/strict";
import { played, readRecording, unmatched, writeRecording } from "../recording.ts";
import type { Exchange, Scenario, Subject } from "../scenario.ts";

/** A real service and what it is asked. */
export interface RealService<S extends Subject> {
  /** Name of its recording: `"keycloak"`. */
  name: string;
  /** Its name as it is printed: `"Keycloak"`. */
  service: string;
  /** Its address and the variable that holds it. */
  address: { variable: string; url: string | undefined };
  /** Whether what it says is recorded, instead of compared. */
  record: boolean;
  /** What it is asked. */
  scenarios: readonly Scenario<S>[];
  /** Brings it into the state that the scenarios want, and says its version. */
  prepare: (url: string) => Promise<string>;
  /** Opens an empty transcript. */
  subject: (url: string) => S | Promise<S>;
}

/**
 * Declares a test that plays each scenario on the real service and compares what was said with the
 * recording to which the twin is held, or records it. Without an address the test is skipped, and
 * says so.
 */
export function againstService<S extends Subject>(real: RealService<S>): void {
  const { variable, url = "" } = real.address;
  if (url === "") console.error(`${real.service} is skipped: ${variable} names no service`);
  Deno.test({
    name: `${real.service} itself says what is recorded`,
    ignore: url === "",
    fn: async (test) => {
      const address = url.replace(/\/$/, "");
      const version = await real.prepare(address);
      const recording = real.record ? undefined : await readRecording(real.name);
      const said: Record<string, readonly Exchange[]> = {};
      for (const scenario of real.scenarios) {
        await test.step(scenario.name, async () => {
          const subject = await real.subject(address);
          const transcript = await played(scenario, subject);
          said[scenario.name] = transcript;
          if (recording) assert.deepEqual(transcript, recording.scenarios[scenario.name]);
        });
      }
      const count = Object.keys(said).length;
      const exchanges = Object.values(said).reduce((sum, { length }) => sum + length, 0);
      console.error(`${real.service} ${version}: ${count} scenarios, ${exchanges} exchanges`);
      if (recording) {
        assert.deepEqual(unmatched(real.scenarios, recording.scenarios), []);
        return;
      }
      assert.deepEqual(unmatched(real.scenarios, said), []);
      const recorded = new Date().toISOString().slice(0, 10);
      const service = `${real.service} ${version}`;
      await writeRecording(real.name, { service, recorded, scenarios: said });
    },
  });
}
