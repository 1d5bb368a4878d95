import {
  chain,
  confirmation,
  type ConfirmationRequest,
  confirmationRequest,
  generateApproverKeys,
  type MemoryApprovals,
  memoryApprovals,
  openContext,
  signApproval,
  type SignOptions,
} from "../../defenses/mod.ts";
import type { ToolCall } from "../../probes/mod.ts";

/** What an attempt does with approvals before the call is made. */
export type Attempt =
  | "genuine"
  | "none"
  | "forged signature"
  | "unknown approver"
  | "replay"
  | "expired"
  | "argument swap"
  | "other tool"
  | "cross-requester"
  | "self-approval"
  | "token in an argument";

/** How often an attempt was stopped. */
export interface AttemptCount {
  /** The attempt. */
  attempt: Attempt;
  /** Calls that it was tried on. */
  n: number;
  /** Calls that the confirmation layer stopped. */
  stopped: number;
}

const NOW = Date.UTC(2026, 2, 2, 9);
const APPROVER = "clara.compliance";
const STRANGER = "mallory.example";

/** A high-risk call and who asks for it. */
export interface HighRiskCall {
  /** The call. */
  call: ToolCall;
  /** Username of who asks. */
  requester: string;
}

/**
 * Tries every way to come by a confirmation on each high-risk call. All but `genuine` have to be
 * stopped, and `genuine` has to go through.
 */
export async function countAttempts(calls: readonly HighRiskCall[]): Promise<AttemptCount[]> {
  const keys = { own: await generateApproverKeys(), other: await generateApproverKeys() };
  const counts: AttemptCount[] = [];
  for (const [attempt, prepare] of Object.entries(ATTEMPTS) as [Attempt, Prepare][]) {
    let stopped = 0;
    for (const { call, requester } of calls) {
      const approver = requester === APPROVER ? "omar.itadmin" : APPROVER;
      const approvals = loose(memoryApprovals());
      const keyring = { [approver]: keys.own.publicKey, [requester]: keys.own.publicKey };
      const layers = chain([confirmation({ approvals: approvals.store, keyring })]);
      const made = await prepare({
        call,
        request: confirmationRequest(call, requester),
        approvals,
        sign: (request, options = {}) =>
          signApproval(request, {
            approver,
            privateKey: (options.approver === STRANGER ? keys.other : keys.own).privateKey,
            expires: NOW + 60_000,
            ...options,
          }),
        forge: (request) =>
          signApproval(request, {
            approver,
            privateKey: keys.other.privateKey,
            expires: NOW + 60_000,
          }),
        review: async (call) => {
          const context = openContext({
            requester: { username: requester, role: "it-admin" },
            lookup: { principal: () => Promise.resolve(undefined) },
            clock: () => NOW,
          });
          return (await layers.review("call", { call }, context)).verdict;
        },
      });
      if (made !== "allow") stopped++;
    }
    counts.push({ attempt, n: calls.length, stopped });
  }
  return counts;
}

interface Loose {
  store: MemoryApprovals;
  /** Hands this token out for any request, as a store would that somebody can write to. */
  plant(token: string): void;
}

function loose(store: MemoryApprovals): Loose {
  const planted: string[] = [];
  return {
    store: { ...store, tokens: () => Promise.resolve(planted) },
    plant: (token) => void planted.push(token),
  };
}

interface Bench {
  call: ToolCall;
  request: ConfirmationRequest;
  approvals: Loose;
  sign(request: ConfirmationRequest, options?: Partial<SignOptions>): Promise<string>;
  forge(request: ConfirmationRequest): Promise<string>;
  review(call: ToolCall): Promise<string>;
}

type Prepare = (bench: Bench) => Promise<string>;

const swapped = (request: ConfirmationRequest): ConfirmationRequest => ({
  ...request,
  arguments: { ...request.arguments, realm: "elsewhere" },
});

const ATTEMPTS: Readonly<Record<Attempt, Prepare>> = {
  "genuine": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign(request));
    return await review(call);
  },
  "none": ({ call, review }) => review(call),
  "forged signature": async ({ call, request, approvals, forge, review }) => {
    approvals.plant(await forge(request));
    return await review(call);
  },
  "unknown approver": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign(request, { approver: STRANGER }));
    return await review(call);
  },
  "replay": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign(request));
    await review(call);
    return await review(call);
  },
  "expired": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign(request, { expires: NOW }));
    return await review(call);
  },
  "argument swap": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign(swapped(request)));
    return await review(call);
  },
  "other tool": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign({ ...request, tool: "kc_get_user" }));
    return await review(call);
  },
  "cross-requester": async ({ call, request, approvals, sign, review }) => {
    approvals.plant(await sign({ ...request, requester: "ivy.helpdesk.other" }));
    return await review(call);
  },
  "self-approval": async ({ call, request, approvals, sign, review }) => {
    // The requester's own key is in the keyring, and signs for a request in another's name.
    approvals.plant(
      await sign({ ...request, requester: "nobody" }, { approver: request.requester }),
    );
    return await review(call);
  },
  "token in an argument": async ({ call, request, sign, review }) => {
    const [first = "user_id"] = Object.keys(call.arguments);
    const token = await sign(request);
    return await review({ name: call.name, arguments: { ...call.arguments, [first]: token } });
  },
};
