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
export {
  type GenerateRequest,
  type Generation,
  type Inference,
  InferenceError,
  type InferenceInfo,
  type ModelInfo,
  ModelLoadError,
  type ModelRole,
} from "./harness/inference/mod.ts";
export { type Decision, parseDecision } from "./harness/pipeline/decision.ts";
export type { EpisodeRules, Limits } from "./harness/pipeline/episode.ts";
export { askGateway, type GatewayAnswer, type GatewayRequest } from "./harness/pipeline/gateway.ts";
export { judge, type Judgement, type Scored } from "./harness/pipeline/outcome.ts";
export type {
  CallRecord,
  EpisodeRecord,
  GenerationRecord,
  LayerFinding,
  ServiceStatus,
  StepRecord,
  TurnRecord,
} from "./harness/pipeline/record.ts";
export {
  type Enforcement,
  type EpisodeFacts,
  replay,
  type Stop,
} from "./harness/pipeline/replay.ts";
export { readReply, type ReplyReading } from "./harness/replies/read_reply.ts";
export {
  type AttackRates,
  type BenignRates,
  type Group,
  type Rate,
  summarise,
  type Summary,
  type SummaryOptions,
} from "./harness/reports/summary.ts";
export type { FailureBounds, SuiteMetrics } from "./harness/reports/suite_metrics.ts";
export type { CategoryScore, SuiteScore } from "./harness/reports/suite_score.ts";
export type { ErrorCount, KindErrors } from "./harness/replies/reply_errors.ts";
export type { Arm, ArmModel, DefenseMode } from "./harness/runner/arm.ts";
export type { EvalConfig } from "./harness/runner/config.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationPlan,
} from "./harness/runner/evaluate.ts";
export type { Manifest, PluginRecord } from "./harness/runner/manifest.ts";
export {
  type ModelSelection,
  type OpenInferenceOptions,
  openModels,
  type OpenModelsOptions,
} from "./harness/runner/open_inference.ts";
export type { Unit } from "./harness/runner/plan.ts";
export {
  type Closing,
  type PlanLine,
  readRun,
  type RunFiles,
  type RunStream,
  streamRun,
} from "./harness/runner/run_folder.ts";
export type { Progress, RunResult } from "./harness/runner/run_units.ts";
export type {
  AttackOutcome,
  BenignOutcome,
  CallOutcome,
  DecisionKind,
  FindingTuple,
  Outcome,
  ReplyClass,
  Verdict,
} from "./harness/verdicts/verdict.ts";
