import { gzipSync } from "node:zlib";
import type { RecordedUnit } from "../../matrix/recorded_run.ts";
import type { EpisodeRecord, GenerationRecord, TurnRecord } from "../../pipeline/record.ts";

/** Episodes in one block: opening one unpacks its block. */
const BLOCK = 64;

/** What the list of the browser knows of each episode, as a row of values to keep the page small. */
export type EpisodeRow = [
  key: string,
  probe: string,
  suite: string,
  family: string,
  kind: string,
  outcome: string,
  stoppedBy: string | null,
  pass: 0 | 1,
  /** The beginning of the request, to search in. */
  request: string,
];

/** The episodes of a report: a row each, and their evidence in gzipped JSON, base64, in blocks. */
export interface EpisodeBlocks {
  /** Rows, sorted by suite, family and probe. */
  rows: EpisodeRow[];
  /** Number of episodes in a block: row i lies in block ⌊i / size⌋. */
  size: number;
  /** The blocks. */
  blocks: string[];
}

/** Packs episodes for a page; prompts stay in `evidence.jsonl`, which has them as rendered. */
export function episodeBlocks(units: readonly RecordedUnit[]): EpisodeBlocks {
  const place = ({ verdict }: RecordedUnit) =>
    [verdict.suite, verdict.family, verdict.probe_id, String(verdict.trial).padStart(6, "0")]
      .join("\n");
  const sorted = units.map((unit) => ({ unit, place: place(unit) }))
    .sort((a, b) => a.place < b.place ? -1 : 1).map(({ unit }) => unit);
  const blocks: string[] = [];
  for (let from = 0; from < sorted.length; from += BLOCK) {
    const json = JSON.stringify(sorted.slice(from, from + BLOCK).map(slim));
    blocks.push(gzipSync(new TextEncoder().encode(json)).toString("base64"));
  }
  return { rows: sorted.map(rowOf), size: BLOCK, blocks };
}

function rowOf({ verdict, episode, probe }: RecordedUnit): EpisodeRow {
  const request = episode.turns[0]?.request ?? probe.messages.at(-1)?.content ?? "";
  return [
    verdict.key,
    verdict.probe_id,
    verdict.suite,
    verdict.family,
    verdict.kind,
    verdict.outcome,
    verdict.stopped_by,
    verdict.pass ? 1 : 0,
    request.slice(0, 160),
  ];
}

function slim({ verdict, probe, episode }: RecordedUnit): unknown {
  const { prev: _prev, evidence: _evidence, schema: _schema, ...shown } = verdict;
  return { verdict: shown, probe, turns: slimTurns(episode) };
}

function slimTurns({ turns }: EpisodeRecord): unknown[] {
  return turns.map((turn: TurnRecord) => ({
    ...turn,
    gateway: turn.gateway &&
      { ...turn.gateway, generation: withoutPrompt(turn.gateway.generation) },
    steps: turn.steps.map((step) => ({ ...step, generation: withoutPrompt(step.generation) })),
  }));
}

function withoutPrompt({ prompt: _prompt, ...rest }: GenerationRecord): unknown {
  return rest;
}
