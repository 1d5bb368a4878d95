import type { Json } from "../../probes/mod.ts";

/** Bounds of a range; what is absent is open. */
export interface Bounds {
  gt?: Json;
  gte?: Json;
  lt?: Json;
  lte?: Json;
}

/** Fields that a query asks, with their boosts; `["*", 1]` is every field that can be searched. */
export type Fields = readonly (readonly [string, number])[];

/** A text looked for in fields. */
export interface TextQuery {
  op: "text";
  fields: Fields;
  text: string;
  /** `words`: some of its words; `phrase`: all of them in a row; `prefix`: likewise, the last begun. */
  mode: "words" | "phrase" | "prefix";
  /** Words that must be found; all of them, one of them, or a share. */
  least: "all" | "one" | { count: number } | { share: number };
  /** Words that may lie between those of a phrase. */
  slop: number;
  /** Whether a text that does not fit a field's type finds nothing instead of failing. */
  lenient: boolean;
  boost: number;
}

/** Whose case does not count: nobody's, that of words (whose texts have lost it), or everybody's. */
export type Folding = "none" | "words" | "all";

/** A query, parsed and checked. */
export type Query =
  | { op: "all"; boost: number }
  | { op: "none" }
  | TextQuery
  | {
    op: "terms";
    field: string;
    values: readonly Json[];
    fold: boolean;
    boost: number;
    one: boolean;
  }
  | { op: "range"; fields: Fields; bounds: Bounds; lenient: boolean; boost: number }
  | { op: "exists"; fields: Fields; boost: number }
  | { op: "glob"; fields: Fields; pattern: string; fold: Folding; boost: number }
  | { op: "ids"; values: readonly string[]; boost: number }
  | {
    op: "bool";
    must: readonly Query[];
    filter: readonly Query[];
    should: readonly Query[];
    not: readonly Query[];
    /** How many of `should` must hold. */
    least: number;
    boost: number;
  }
  | { op: "constant"; of: Query; boost: number }
  | { op: "best"; of: readonly Query[]; tie: number; boost: number };

/** A query of clauses, as the text syntaxes make it. */
export function boolOf(clauses: readonly { occur: "must" | "should" | "not"; of: Query }[]): Query {
  const parts = (occur: string): Query[] =>
    clauses.filter((clause) => clause.occur === occur).map(({ of }) => of);
  const [must, should, not] = [parts("must"), parts("should"), parts("not")];
  const [only] = clauses;
  if (clauses.length === 0) return { op: "none" };
  if (clauses.length === 1 && only && only.occur !== "not") return only.of;
  return {
    op: "bool",
    must,
    should,
    not,
    filter: [],
    least: must.length === 0 && should.length > 0 ? 1 : 0,
    boost: 1,
  };
}
