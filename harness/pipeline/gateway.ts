import type { Inference } from "../inference/backend.ts";
import { DEFAULT_LIMITS } from "./episode.ts";
import { type Decision, parseDecision } from "./decision.ts";
import { GATEWAY_PROMPT, requesterHeader } from "./prompts.ts";

/** One request to the gateway. */
export interface GatewayRequest {
  /** Who asks; none means an unauthenticated caller. */
  requester?: {
    /** Username. */
    username: string;
    /** Role. */
    role: string;
  };
  /** What is asked. */
  request: string;
}

/** A decision with its probability. */
export type GatewayAnswer = Decision & {
  /** Probability of APPROVE against REJECT; null when the back end can't tell. */
  pApprove: number | null;
};

/**
 * Asks the gateway model about one request.
 *
 * @param inference Models that include a gateway.
 * @param request Who asks for what.
 * @throws {InferenceError} when the back end fails.
 */
export async function askGateway(
  inference: Inference,
  { requester, request }: GatewayRequest,
): Promise<GatewayAnswer> {
  const header = requester === undefined ? "" : requesterHeader(requester.username, requester.role);
  const generation = await inference.generate("gateway", {
    messages: [
      { role: "system", content: GATEWAY_PROMPT },
      { role: "user", content: header + request },
    ],
    maxTokens: DEFAULT_LIMITS.gatewayTokens,
    choice: { prefix: "DECISION:", labels: [" APPROVE", " REJECT"] },
  });
  return { ...parseDecision(generation.text), pApprove: generation.choiceProbability ?? null };
}
