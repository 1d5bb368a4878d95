import type { Context } from "../defense.ts";
import { MAX_IDENTIFIER, readings } from "../text/fold.ts";
import { allow, block, type CallFinding, type Guard, malformed } from "./_guard.ts";
import { tokensIn } from "../text/names.ts";
import { auditIdentities } from "./_identity.ts";
import { leaves } from "../text/leaves.ts";
import { findByName, firstMatch, lookUp, MAX_ACCOUNTS } from "./_principals.ts";
import { shapeOf } from "../text/sql.ts";

/** Most literals of a statement that joins some; each run of them is looked at. */
const MAX_JOINED = 16;

/** What a statement may make of its literals by joining neighbours, in their order. */
function joinsOf(literals: readonly string[]): string[] {
  const short = literals.map((text) => text.length <= MAX_IDENTIFIER ? text : "\n");
  return short.flatMap((_, from) =>
    short.slice(from + 1).map((_, more) => short.slice(from, from + more + 2).join(""))
  ).filter((text) => text.length <= MAX_IDENTIFIER);
}

/** Judges a statement by what it may write and whom it names. */
export function reviewSql(
  guard: Guard,
  argument: string,
  { args, context }: { args: Record<string, unknown>; context: Context },
): CallFinding | Promise<CallFinding> {
  const sql = args[argument];
  if (typeof sql !== "string") return malformed("SQL");
  const shape = shapeOf(sql);
  if (shape.kind === "read") return allow("read-only-sql", "The statement only reads");
  if (shape.kind === "malformed") {
    return block("malformed-sql", "The statement cannot be read, so it is not let through", {});
  }
  if (shape.opaque) {
    return block("opaque-sql", "The statement hides what it writes", {});
  }
  if (shape.joined && shape.literals.length > MAX_JOINED) {
    return block("opaque-sql", "The statement joins more texts than are looked at", {});
  }
  const joined = shape.joined ? joinsOf(shape.literals) : [];
  const patterns = shape.patterns
    ? shape.literals.flatMap((text) => [".", "-"].map((sign) => text.replaceAll("_", sign)))
    : [];
  const parameters = leaves(args).filter((leaf) => leaf.argument !== argument)
    .map(({ text }) => text);
  const table = firstMatch(
    [shape.code, ...joined, ...parameters].flatMap((text) => readings(text).texts)
      .flatMap(tokensIn).flatMap((token) => [token, ...token.split(".")]),
    guard.table,
  );
  if (table !== undefined) {
    return block("audit-table", "The statement writes and names an audit table", {
      argument,
      matched: table,
    });
  }
  // Outside quotes a name is a column or a table, except where roles are defined.
  const values = [...shape.literals, ...joined, ...patterns, ...parameters];
  const searched = [
    ...(shape.definition ? [shape.code] : []),
    shape.quoted.join("\n"),
    values.join("\n"),
    ...values.filter((text) => text.length <= 8 * MAX_IDENTIFIER).slice(0, MAX_ACCOUNTS),
  ].map((text) => ({ argument, text }));
  const known = auditIdentities(context, guard.names);
  const seen = findByName(guard, searched, { known, identity: [argument] });
  if (seen !== undefined) return seen;
  const named = values.filter((text) => text !== "" && !/\s/.test(text.trim()))
    .map((text) => ({ argument, text }));
  return lookUp(guard, named, { realms: guard.realms, context, mustExist: false });
}
