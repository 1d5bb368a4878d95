import type { Exchange, Recording, Scenario, Subject, Transcripts } from "./scenario.ts";

const FOLDER = new URL("./recorded/", import.meta.url);

/** What the real service answered, as it was recorded; `name` is the file's: `"keycloak"`. */
export async function readRecording(name: string): Promise<Recording> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, FOLDER)));
}

/** Keeps what a real service answered as what its twin is held to. */
export async function writeRecording(name: string, recording: Recording): Promise<void> {
  const text = JSON.stringify(recording, null, 1);
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(new URL(`${name}.json`, FOLDER), `${text}\n`);
}

/** Plays a scenario, ends the subject where it can be ended, and returns what was said. */
export async function played<S extends Subject>(
  scenario: Scenario<S>,
  subject: S,
): Promise<readonly Exchange[]> {
  try {
    await scenario.play(subject);
  } finally {
    if (Symbol.asyncDispose in subject) await (subject as AsyncDisposable)[Symbol.asyncDispose]();
  }
  if (subject.transcript.length === 0) throw new Error(`"${scenario.name}" asks nothing`);
  return subject.transcript;
}

/**
 * The names under which a recording and the scenarios do not match: scenarios that were not recorded,
 * and recordings of scenarios that are gone.
 */
export function unmatched(
  scenarios: readonly { name: string }[],
  transcripts: Transcripts,
): string[] {
  const names = scenarios.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...twice,
    ...names.filter((name) => !Object.hasOwn(transcripts, name)),
    ...Object.keys(transcripts).filter((name) => !names.includes(name)),
  ];
}
