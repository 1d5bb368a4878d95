import { Command, InvalidArgumentError } from "commander";

/** Options of `argus guard` as the command line gives them. */
export interface GuardOptions {
  policy?: string;
  requester?: string;
  approvals: string;
  wait: number;
  log: string;
  http?: number;
}

/** Declares `argus guard`. */
export function guardCommand(): Command {
  return new Command("guard")
    .description("Puts the defenses in front of an MCP server: argus guard [options] -- <command>")
    .argument("<command...>", "the server's command with its arguments, after --")
    .option("--policy <file>", "layers, rules, approvers and accounts (JSON); see docs/guard.md")
    .option("--requester <name:role>", "who the agent acts for; wins over the policy's")
    .option(
      "--approvals <folder>",
      "where approvers lodge what they sign",
      ".cache/guard/approvals",
    )
    .option("--wait <seconds>", "how long a call waits for its approval", seconds, 0)
    .option("--log <file>", "findings, a JSON line a review", ".cache/guard/findings.jsonl")
    .option("--http <port>", "serve streamable HTTP on 127.0.0.1 instead of stdio", port)
    .action(async (command: string[], options: GuardOptions) => {
      const { runGuard } = await import("../guard.ts");
      Deno.exitCode = await runGuard(command, options);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 3600)) {
    throw new InvalidArgumentError("Expected a number of seconds from 0 to 3600");
  }
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError("Expected a port from 0 to 65535");
  }
  return value;
}
