import { Command, InvalidArgumentError } from "commander";

const FOLDER = ".cache/guard/approvals";

/** Options of `argus confirm keygen`. */
export interface KeygenOptions {
  approver: string;
  key: string;
  policy?: string;
}

/** Options of `argus confirm sign`. */
export interface SignCommandOptions {
  approver: string;
  key: string;
  minutes: number;
  approvals: string;
}

/** Declares `argus confirm`. */
export function confirmCommand(): Command {
  const confirm = new Command("confirm")
    .description("Approves calls that wait for a person, away from the agent.");
  confirm.command("keygen").description("Makes an approver's key pair.")
    .requiredOption("--approver <name>", "name of the approver")
    .requiredOption("--key <file>", "where the private key goes; keep it from the agent")
    .option("--policy <file>", "guard policy whose keyring gets the public key")
    .action(async (options: KeygenOptions) => {
      const { keygen } = await import("../confirm.ts");
      await keygen(options);
    });
  confirm.command("show").description("Prints what waits, or one request in full.")
    .argument("[digest]", "digest of a request, or how it begins")
    .option("--approvals <folder>", "folder of the approvals", FOLDER)
    .action(async (digest: string | undefined, options: { approvals: string }) => {
      const { show } = await import("../confirm.ts");
      await show(digest, options);
    });
  confirm.command("sign").description("Signs one request, after printing it in full.")
    .argument("<digest>", "digest of the request, or how it begins")
    .requiredOption("--approver <name>", "name of the approver, as the guard's keyring has it")
    .requiredOption("--key <file>", "the approver's private key")
    .option("--minutes <n>", "how long the approval lasts", minutes, 15)
    .option("--approvals <folder>", "folder of the approvals", FOLDER)
    .action(async (digest: string, options: SignCommandOptions) => {
      const { sign } = await import("../confirm.ts");
      await sign(digest, options);
    });
  return confirm;
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 1440)) {
    throw new InvalidArgumentError("Expected a number of minutes above 0, at most 1440");
  }
  return value;
}
