import { Command } from "commander";

/** Declares `argus verify`. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("Checks a run: schema, chain, plan, evidence; summary and report derived anew.")
    .argument("[run]", 'folder, name or beginning of a name of a run, or "latest"', "latest")
    .action(async (name: string) => {
      const { verify } = await import("../verify.ts");
      Deno.exitCode = await verify(name);
    });
}
