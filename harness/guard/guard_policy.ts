import { z } from "zod";
import {
  type AnyDefense,
  type Approvals,
  auditNamespaceGuard,
  type AuditNamespaceGuardOptions,
  type Chain,
  chain,
  confirmation,
  type ConfirmationRule,
  type GuardRule,
  limits,
  type Lookup,
  type OpenContext,
  openContext,
  type Principal,
  provenance,
  type RequesterLedger,
  sandwich,
  sanitiser,
  toolPolicy,
} from "../../defenses/mod.ts";

const mode = z.enum(["off", "observe", "enforce"]);
const names = z.array(z.string().min(1));
const scalar = z.union([z.boolean(), z.string(), z.number()]);

const guardRule = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("always") }),
  z.strictObject({
    by: z.literal("principal"),
    secrets: names.optional(),
    unless: z.strictObject({ argument: z.string(), equals: scalar }).optional(),
    creates: z.boolean().optional(),
  }),
  z.strictObject({ by: z.enum(["sql", "path", "resource"]), argument: z.string() }),
]);

const confirmationRule = z.discriminatedUnion("when", [
  z.strictObject({ when: z.literal("always") }),
  z.strictObject({ when: z.enum(["names", "outside"]), argument: z.string(), patterns: names }),
  z.strictObject({ when: z.literal("unless"), argument: z.string(), equals: scalar }),
  z.strictObject({ when: z.literal("words"), argument: z.string(), words: names }),
]);

const principal = z.strictObject({
  realm: z.string(),
  user_id: z.string(),
  username: z.string(),
  email: z.string().optional(),
  roles: z.array(z.string()),
});

/**
 * Modes of the layers unless a policy names others. Off are the rewriting ones, and those that judge
 * a call by the task: a guard is told of no task but the policy's own.
 */
const MODES = {
  "audit-namespace-guard": "enforce",
  "tool-policy": "off",
  "provenance": "off",
  "limits": "enforce",
  "confirmation": "enforce",
  "sanitiser": "off",
  "sandwich": "off",
} as const;

/** Schema of a guard's policy file: every member is optional. */
export const GuardPolicy = z.strictObject({
  /** Who the agent acts for. */
  requester: z.strictObject({ username: z.string().min(1), role: z.string().min(1) }).optional(),
  /** The task that the agent is on, in one sentence. */
  intent: z.string().min(1).optional(),
  /** Modes of the layers, by name. */
  layers: z.partialRecord(z.enum(Object.keys(MODES) as (keyof typeof MODES)[]), mode).optional(),
  /** Lists of the audit-namespace guard; each replaces the default one. */
  audit: z.strictObject({
    rules: z.record(z.string(), guardRule),
    principals: names,
    roles: names,
    tables: names,
    paths: names,
    resources: names,
    realms: names,
    realmArgument: z.string(),
    unresolved: z.enum(["block", "allow"]),
  }).partial().optional(),
  /** Rules of the confirmation layer, which replace the default ones. */
  confirmation: z.record(z.string(), confirmationRule).optional(),
  /** Longest time that an approval may last, in minutes. */
  approvalMinutes: z.number().positive().max(60 * 24 * 31).optional(),
  /** Public keys of the approvers, raw Ed25519 in base64url, by name. */
  keyring: z.record(z.string(), z.string()).optional(),
  /** The accounts that there are; without it, calls that need to look one up are refused. */
  directory: z.array(principal).optional(),
});

/** What a guard goes by. */
export type GuardPolicy = z.infer<typeof GuardPolicy>;

/** A policy that cannot be read. */
export class GuardPolicyError extends Error {
  override readonly name = "GuardPolicyError";
}

/**
 * Reads a policy file.
 *
 * @throws {GuardPolicyError} naming the file and the field.
 */
export function readGuardPolicy(path: string): GuardPolicy {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new GuardPolicyError(`Cannot read the policy "${path}": ${(error as Error).message}`);
  }
  const parsed = GuardPolicy.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new GuardPolicyError(`${path}: field "${issue?.path.join(".")}": ${issue?.message}`);
}

/** What the connections of one guard share. */
export interface GuardStores {
  /** Where approvers lodge what they sign. */
  approvals: Approvals;
  /** What requesters did on other connections. */
  ledger: RequesterLedger;
}

/** The chain of a policy. */
export function chainOf(policy: GuardPolicy, { approvals, ledger }: GuardStores): Chain {
  const { audit, confirmation: rules, keyring = {}, approvalMinutes } = policy;
  const layers: AnyDefense[] = [
    auditNamespaceGuard(audit === undefined ? {} : auditOptions(audit)),
    toolPolicy(),
    provenance(),
    limits({ ledger }),
    confirmation({
      approvals,
      keyring,
      ...(rules === undefined ? {} : { rules: rules as Record<string, ConfirmationRule> }),
      ...(approvalMinutes === undefined ? {} : { maxLifetime: approvalMinutes * 60_000 }),
    }),
    sanitiser(),
    sandwich(),
  ];
  return chain(layers, { modes: { ...MODES, ...given(policy.layers ?? {}) }, stopAtFirst: true });
}

/** The context of one connection under a policy. */
export function contextOf({ requester, intent, directory }: GuardPolicy): OpenContext {
  return openContext({
    ...(requester === undefined ? {} : { requester }),
    ...(intent === undefined ? {} : { intent }),
    lookup: directory === undefined ? NO_DIRECTORY : lookupIn(directory as Principal[]),
  });
}

const NO_DIRECTORY: Lookup = {
  principal: () =>
    Promise.reject(new Error('No directory to look the account up: add "directory" to the policy')),
};

function lookupIn(directory: readonly Principal[]): Lookup {
  return {
    principal: (realm, identifier) =>
      Promise.resolve(
        directory.find((account) =>
          account.realm === realm &&
          [account.user_id, account.username, account.email].includes(identifier)
        ),
      ),
  };
}

function auditOptions(audit: NonNullable<GuardPolicy["audit"]>): AuditNamespaceGuardOptions {
  const { rules, ...lists } = audit;
  return {
    ...given(lists),
    ...(rules === undefined ? {} : { rules: rules as Record<string, GuardRule> }),
  };
}

/** The members that are not undefined. */
function given<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]: Exclude<T[K], undefined> };
}
