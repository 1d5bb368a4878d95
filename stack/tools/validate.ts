import type { Json, ParameterSchema } from "../../probes/mod.ts";

/** Characters that all text arguments of one call may have together. */
export const ARGUMENT_CHARACTERS = 65_536;

/** Items that an array argument may have. */
const ARRAY_ITEMS = 256;

/**
 * Says what is wrong with a tool's arguments, or nothing when they fit its schema. Whole numbers
 * must fit 32 bits; texts must be well-formed Unicode of a bounded length.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { argumentProblems } from "@argus-safety/argus/stack";
 *
 * const schema = {
 *   type: "object" as const,
 *   properties: { realm: { type: "string" as const } },
 *   required: ["realm"],
 *   additionalProperties: false,
 * };
 * assert.deepEqual(argumentProblems(schema, { realm: 7 }), ['"realm" must be a string']);
 * ```
 */
export function argumentProblems(schema: ParameterSchema, value: Json): string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return ["Arguments must be an object"];
  }
  const properties = schema.properties ?? {};
  const problems: string[] = [];
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) problems.push(`"${name}" is missing`);
  }
  for (const name of Object.keys(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property) problems.push(...check(name, property, value[name] as Json));
    else if (schema.additionalProperties === false) {
      const known = Object.keys(properties).join(", ") || "none";
      problems.push(`"${shortened(name)}" is not a parameter (parameters: ${known})`);
    }
  }
  if (problems.length === 0 && characters(value) > ARGUMENT_CHARACTERS) {
    problems.push(`Arguments must not have more than ${ARGUMENT_CHARACTERS} characters together`);
  }
  return problems.slice(0, 5);
}

function check(name: string, schema: ParameterSchema, value: Json): string[] {
  switch (schema.type) {
    case "string":
      if (typeof value !== "string") return [`"${name}" must be a string`];
      if (!value.isWellFormed()) return [`"${name}" must be well-formed Unicode`];
      if (schema.enum && !schema.enum.includes(value)) {
        return [`"${name}" must be one of ${schema.enum.join(", ")}`];
      }
      return [];
    case "integer":
      return Number.isInteger(value) && Math.abs(value as number) <= 2_147_483_647
        ? []
        : [`"${name}" must be a whole number`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`"${name}" must be true or false`];
    case "array": {
      if (!Array.isArray(value)) return [`"${name}" must be an array`];
      if (value.length > ARRAY_ITEMS) return [`"${name}" must have at most ${ARRAY_ITEMS} items`];
      const items = schema.items;
      const problem = items &&
        value.map((item, index) => check(`${name}[${index}]`, items, item)).find((found) =>
          found.length > 0
        );
      return problem ?? [];
    }
    case "object":
      return argumentProblems(schema, value);
  }
}

function characters(value: Json): number {
  if (typeof value === "string") return value.length;
  if (value === null || typeof value !== "object") return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + characters(part), 0);
}

function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40).toWellFormed()}…` : name;
}
