import type { RecordedUnit, RunEvidence } from "../../matrix/recorded_run.ts";
import type { EpisodeRecord, TurnRecord } from "../../pipeline/record.ts";
import { gatewayName } from "../gateway_name.ts";
import type { Rate, Summary } from "../summary.ts";

/**
 * A run as a log of Inspect AI (version 2 of its JSON format), so that `inspect view` opens it. A
 * sample is a unit, and its score says whether the agent did what the probe expects. Format: the
 * `EvalLog` model of inspect_ai, https://inspect.aisi.org.uk/eval-logs.html.
 *
 * @param evidence The run with its evidence.
 * @param summary Its summary: the rates become the log's metrics.
 */
export function inspectLog({ run, manifest, units, missing }: RunEvidence, summary: Summary) {
  const created = manifest.created.replace(/\.\d+Z$/, "+00:00").replace(/Z$/, "+00:00");
  const model = `argus/${gatewayName(manifest)}`;
  const [arm = ""] = Object.keys(manifest.arms);
  return {
    version: 2,
    status: missing === 0 ? "success" : "cancelled",
    eval: {
      eval_id: run,
      run_id: run,
      created,
      task: "argus",
      task_id: arm,
      task_version: 0,
      task_attribs: {},
      task_args: { profile: manifest.config.profile, credential: manifest.config.credential },
      dataset: {
        name: Object.keys(manifest.probes.count).join(", "),
        samples: manifest.planned,
        sample_ids: [...new Set(units.map(({ probe }) => probe.id))],
        shuffled: false,
      },
      model,
      model_args: {},
      config: { epochs: manifest.config.trials },
      packages: { argus: manifest.versions.argus ?? "" },
      metadata: { probe_set: manifest.probes.sha256, arm: manifest.arms[arm] },
    },
    plan: { name: "argus", steps: [], config: {} },
    results: {
      total_samples: manifest.planned,
      completed_samples: units.length,
      scores: scoresOf(summary),
    },
    stats: { started_at: created, completed_at: created, model_usage: {} },
    samples: units.map((unit) => sampleOf(unit, model)),
  };
}

function scoresOf({ groups }: Summary) {
  return groups.map(({ suite, family, attack, benign }) => ({
    name: family === null ? suite : `${suite}/${family}`,
    scorer: "argus",
    params: {},
    metrics: Object.fromEntries(
      Object.entries({ ...attack, ...benign } as Record<string, Rate>)
        .filter(([, { rate }]) => rate !== null)
        .map(([name, { rate, interval, n, clusters }]) => [name, {
          name,
          value: rate,
          params: {},
          metadata: { n, templates: clusters, interval },
        }]),
    ),
  }));
}

function sampleOf({ verdict, probe, episode }: RecordedUnit, model: string) {
  const messages = messagesOf(episode);
  const last = episode.turns.at(-1)?.reply ?? "";
  return {
    id: probe.id,
    epoch: verdict.trial + 1,
    input: probe.messages.filter(({ role }) => role === "user").at(-1)?.content ?? "",
    target: probe.kind === "attack" ? "not hit" : "completed",
    messages,
    output: {
      model,
      choices: [{ message: { role: "assistant", content: last }, stop_reason: "stop" }],
    },
    scores: {
      argus: {
        value: verdict.pass ? "C" : "I",
        answer: verdict.outcome,
        explanation: `${verdict.kind}: ${verdict.outcome}, stopped by ${
          verdict.stopped_by ?? "nobody"
        }`,
        metadata: {
          granted: verdict.granted,
          acted: verdict.acted,
          hit: verdict.hit,
          findings: verdict.findings,
        },
      },
    },
    metadata: {
      key: verdict.key,
      suite: verdict.suite,
      family: verdict.family,
      template: verdict.template,
      kind: verdict.kind,
      channel: verdict.channel,
      diff: episode.turns.flatMap(({ steps, disclosed }) => [
        ...steps.flatMap(({ calls }) => calls.flatMap(({ diff }) => diff)),
        ...disclosed,
      ]),
    },
    store: {},
    events: [],
    model_usage: {},
    attachments: {},
    total_time: verdict.ms / 1000,
  };
}

/** A transcript: requests, the gateway's words, the executor's calls with their results. */
function messagesOf({ turns }: EpisodeRecord) {
  return turns.flatMap((turn, number) => [
    { role: "user", content: turn.request, source: "input" },
    ...(turn.gateway === null
      ? []
      : [{ role: "assistant", content: turn.gateway.generation.raw, source: "generate" }]),
    ...callMessages(turn, number),
    { role: "assistant", content: turn.reply, source: "generate" },
  ]);
}

function callMessages({ steps }: TurnRecord, turn: number) {
  return steps.flatMap(({ generation, calls }, step) => {
    const named = calls.map(({ call, ...record }, index) => ({
      id: `${turn}-${step}-${index}`,
      call,
      record,
    }));
    return [
      {
        role: "assistant",
        content: generation.raw,
        source: "generate",
        ...(named.length === 0 ? {} : {
          tool_calls: named.map(({ id, call }) => ({
            id,
            function: call.name,
            arguments: argumentsOf(call.arguments),
            type: "function",
          })),
        }),
      },
      ...named.map(({ id, call, record }) => ({
        role: "tool",
        tool_call_id: id,
        function: call.name,
        content: record.result ?? "stopped by a defense",
      })),
    ];
  });
}

/** Arguments of an invalid call may be anything; the format wants an object. */
function argumentsOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Record<string, unknown> : { arguments: value };
}
