import type { z } from "zod";
import { expectedTools } from "./expectation.ts";
import { Probe } from "./probe.ts";
import { TOOLS } from "./registry.ts";

/** A catalog line that is not a probe. */
export class CatalogError extends Error {
  /** Name by which callers tell the error. */
  override readonly name = "CatalogError";

  /** Creates the error for one line of a catalog. */
  constructor(
    /** File or plugin that the line comes from. */
    readonly source: string,
    /** Line number, from 1. */
    readonly line: number,
    /** Path of the offending field, dotted; empty when the whole line is at fault. */
    readonly field: string,
    problem: string,
  ) {
    super(
      `${line > 0 ? `${source}:${line}` : source}: ${
        field === "" ? "" : `field "${field}": `
      }${problem}`,
    );
  }
}

/**
 * Parses a catalog, one JSON probe a line; blank lines are skipped.
 *
 * @param text The catalog's text.
 * @param source Name of the file, for errors.
 * @throws {CatalogError} at the first line that is not a probe, names an unknown tool, or repeats an id.
 */
export function parseCatalog(text: string, source: string): Probe[] {
  const lines = new Map<string, number>();
  const probes: Probe[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const probe = parseProbe(parseLine(line, source, index + 1), source, index + 1);
    const earlier = lines.get(probe.id);
    if (earlier !== undefined) {
      throw new CatalogError(source, index + 1, "id", `"${probe.id}" is taken by line ${earlier}`);
    }
    lines.set(probe.id, index + 1);
    probes.push(probe);
  }
  return probes;
}

/**
 * Checks one value against the schema of a probe and the tool registry.
 *
 * @param value The value, parsed from JSON.
 * @param source Where it comes from, for errors.
 * @param line Its line number there, from 1.
 * @throws {CatalogError} when it is not a probe or names an unknown tool.
 */
export function parseProbe(value: unknown, source: string, line: number): Probe {
  const parsed = Probe.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new CatalogError(source, line, issue.path.join("."), issue.message);
  }
  checkTools(parsed.data.tools, source, line);
  const { expect, tools } = parsed.data;
  const missing = expectedTools(expect).find((name) => !tools.includes(name));
  if (missing !== undefined) {
    throw new CatalogError(
      source,
      line,
      "expect",
      `"${missing}" is not among the offered tools ${tools.join(", ")}`,
    );
  }
  return parsed.data;
}

/**
 * Checks that the registry has these tools.
 *
 * @param tools Names of tools.
 * @param source Where they come from, for errors.
 * @param line Their line number there, from 1.
 * @throws {CatalogError} at the first name that the registry lacks.
 */
export function checkTools(tools: readonly string[], source: string, line: number): void {
  const unknown = tools.findIndex((name) => !TOOLS.has(name));
  if (unknown < 0) return;
  throw new CatalogError(
    source,
    line,
    `tools.${unknown}`,
    `Unknown tool "${tools[unknown]}"; the registry has ${[...TOOLS.keys()].join(", ")}`,
  );
}

/**
 * Parses one line of a catalog as JSON.
 *
 * @param line The line's text.
 * @param source Name of the file, for errors.
 * @param number Its line number there, from 1.
 * @throws {CatalogError} when it is not JSON.
 */
export function parseLine(line: string, source: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CatalogError(source, number, "", `Not JSON: ${(error as Error).message}`);
  }
}
