import { TOOLS, type ToolSchema } from "../../probes/mod.ts";
import { readings } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { leaves } from "../text/leaves.ts";
import { fitsSchema } from "../text/shape.ts";
import { foldedName } from "../text/tool_name.ts";
import type { ConfirmationRule } from "./rules.ts";

/** The high-risk tools by folded name, compiled to what says why a call is high-risk. */
export type Risks = ReadonlyMap<string, CompiledRule>;

/** Says why a call of this tool is high-risk, or undefined when it is not. */
type CompiledRule = (
  args: Readonly<Record<string, unknown>>,
  schema: ToolSchema | undefined,
) => string | undefined;

/** Compiles the rules once for all calls. */
export function compileRules(rules: Readonly<Record<string, ConfirmationRule>>): Risks {
  return new Map(
    Object.entries(rules).map(([name, rule]) => {
      const test = compileRule(rule);
      const own = TOOLS.get(name)?.schema;
      return [foldedName(name), (args, schema) => {
        const parameters = (schema ?? own)?.function.parameters;
        if (parameters !== undefined && !fitsSchema(args, parameters)) return "malformed-arguments";
        return test(args);
      }];
    }),
  );
}

function compileRule(
  rule: ConfirmationRule,
): (args: Readonly<Record<string, unknown>>) => string | undefined {
  if (rule.when === "always") return () => "high-risk-tool";
  const { argument } = rule;
  if (rule.when === "unless") {
    return (args) =>
      Object.hasOwn(args, argument) && args[argument] === rule.equals
        ? undefined
        : "high-risk-value";
  }
  const test = rule.when === "words" ? wordTest(rule.words) : nameTest(rule);
  return (args) => {
    // A tool without a schema may read the argument under any spelling: then all of them count.
    const searched = Object.hasOwn(args, argument) ? { [argument]: args[argument] } : args;
    for (const { text } of leaves(searched)) {
      const { texts, tooDeep } = readings(text);
      if (tooDeep) return "obfuscated";
      if (texts.some(test)) return rule.when === "words" ? "high-risk-words" : "high-risk-name";
    }
    return undefined;
  };
}

function wordTest(words: readonly string[]): (text: string) => boolean {
  const risky = new Set(words);
  return (text) => text.split(/[^a-z0-9_]+/).some((word) => risky.has(word));
}

function nameTest(
  { when, patterns }: { when: "names" | "outside"; patterns: readonly string[] },
): (text: string) => boolean {
  const matches = compileGlobs(patterns);
  const isRisky = when === "names"
    ? (name: string) => matches(name) !== undefined
    // Mailers differ in which of two domains they send to.
    : (name: string) => name.includes("@") && (/@.*@/.test(name) || matches(name) === undefined);
  return (text) => text.split(/[\s,;|"'<>()[\]{}]+/).some(isRisky);
}
