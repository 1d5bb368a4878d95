/**
 * What a program needs to run an evaluation, read its verdicts, ask the gateway and put defenses in
 * front of its own tools. Plugins, defenses, the vocabulary, the enterprise world and statistics
 * have entry points of their own.
 *
 * @example Ask the gateway about one request
 * ```ts ignore
 * import { askGateway, openModels } from "@argus-safety/argus";
 *
 * await using models = await openModels({ roles: ["gateway"] });
 * console.log(await askGateway(models, { request: "Reset the password of kim.lee." }));
 * ```
 *
 * @module
 */

export { auditNamespaceGuard, chain, intentCritic } from "./defenses/mod.ts";
export { type Inference, InferenceError, ModelLoadError } from "./harness/inference/mod.ts";
export { type Decision, parseDecision } from "./harness/pipeline/decision.ts";
export { askGateway, type GatewayAnswer, type GatewayRequest } from "./harness/pipeline/gateway.ts";
export { judge, type Judgement, type Scored } from "./harness/pipeline/outcome.ts";
export type {
  CallRecord,
  EpisodeRecord,
  GenerationRecord,
  LayerFinding,
  StepRecord,
  TurnRecord,
} from "./harness/pipeline/record.ts";
export {
  type Enforcement,
  type EpisodeFacts,
  replay,
  type Stop,
} from "./harness/pipeline/replay.ts";
export { summarise, type Summary } from "./harness/reports/summary.ts";
export { type EvalConfig } from "./harness/runner/config.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./harness/runner/evaluate.ts";
export { openModels, type OpenModelsOptions } from "./harness/runner/open_inference.ts";
export { readRun, type RunFiles } from "./harness/runner/run_folder.ts";
export type { Outcome, Verdict } from "./harness/verdicts/verdict.ts";
