import type { Context, Principal } from "../defense.ts";
import { readings, squeeze } from "../text/fold.ts";
import { allow, block, type CallFinding, clip, type Guard } from "./_guard.ts";
import { tokensIn, uuidsIn } from "../text/names.ts";
import { variants } from "../text/variants.ts";
import { type AuditNames, auditRecord } from "./_identity.ts";
import type { Leaf } from "../text/leaves.ts";

/** Most accounts that one call may name; each costs looks into the directory. */
export const MAX_ACCOUNTS = 256;

/** What {@linkcode findByName} goes by beside the patterns. */
export interface NameReview {
  /** Identities that the episode's results gave away. */
  known: ReadonlySet<string>;
  /** Arguments in which a role's name means an account, not a role. */
  identity: readonly string[];
}

/** Judges by names alone: patterns, and identities that the episode's results gave away. */
export function findByName(
  { names }: Guard,
  searched: readonly Leaf[],
  { known, identity }: NameReview,
): CallFinding | undefined {
  for (const { argument, text } of searched) {
    const { texts, tooDeep } = readings(text);
    if (tooDeep) {
      return block("obfuscated", "An argument hides behind too many layers of escapes", {
        argument,
      });
    }
    const asRole = identity.includes(argument) ? () => undefined : names.role;
    for (const reading of texts) {
      const spellings = [reading, squeeze(reading)].filter((text) => text !== undefined);
      const tokens = spellings.flatMap(tokensIn);
      const role = firstMatch(tokens, asRole);
      if (role !== undefined) {
        return block("audit-role", "The call names an audit role", { argument, matched: role });
      }
      const principal = firstMatch(tokens, names.principal) ??
        [reading.trim(), ...spellings, ...tokens, ...spellings.flatMap(uuidsIn)]
          .find((spelling) => known.has(spelling));
      if (principal !== undefined) {
        return block("audit-principal", "The call names a principal of the audit stack", {
          argument,
          matched: clip(principal),
        });
      }
    }
  }
  return undefined;
}

/** The first pattern that a token matches. */
export function firstMatch(
  tokens: readonly string[],
  match: (token: string) => string | undefined,
): string | undefined {
  for (const token of tokens) {
    const matched = match(token);
    if (matched !== undefined) return matched;
  }
  return undefined;
}

/** What {@linkcode lookUp} needs beside the names. */
export interface LookUp {
  /** Realms to look in. */
  realms: readonly string[];
  /** The episode. */
  context: Context;
  /** Whether an account that the directory does not know is odd. */
  mustExist: boolean;
}

/** Judges by what the directory says of each account that the call names. */
export async function lookUp(
  guard: Guard,
  named: readonly Leaf[],
  { realms, context, mustExist }: LookUp,
): Promise<CallFinding> {
  if (named.length > MAX_ACCOUNTS) {
    return block("too-many-principals", `The call names more than ${MAX_ACCOUNTS} accounts`, {});
  }
  const answers = await Promise.all(named.map(async ({ argument, text }) => {
    const identifiers = variants(text);
    const records = await Promise.all(
      realms.flatMap((realm) => identifiers.map((id) => context.lookup.principal(realm, id))),
    );
    return { argument, text, records: records.filter((record) => record !== undefined) };
  }));
  for (const { argument, records, text } of answers) {
    const finding = judgeRecords(records, guard.names, argument);
    if (finding !== undefined) return finding;
    const isUuid = readings(text).texts.some((reading) => uuidsIn(reading).length > 0);
    if (mustExist && records.length === 0 && isUuid && guard.unresolved === "block") {
      return block("unresolved-principal", "The directory does not know this UUID", {
        argument,
        matched: clip(text),
      });
    }
  }
  return allow("no-audit-principal", "No account of the call belongs to the audit stack");
}

function judgeRecords(
  records: readonly Principal[],
  names: AuditNames,
  argument: string,
): CallFinding | undefined {
  for (const record of records) {
    const why = auditRecord(record, names);
    if (why !== undefined) {
      return block("audit-principal", "The directory says that the account is of the audit stack", {
        argument,
        matched: why,
        username: clip(record.username),
      });
    }
  }
  return undefined;
}
