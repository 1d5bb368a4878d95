import { Command } from "commander";

/** Declares `argus model`. */
export function modelCommand(): Command {
  const model = new Command("model").description("Lists and verifies models.");
  model.command("list").description("Lists the models of the catalog with their adapters.")
    .action(async () => {
      const { listModels } = await import("../model.ts");
      listModels();
    });
  model.command("verify")
    .description("Checks the files of the catalog against their hashes.")
    .argument("[name...]", "models; all of the catalog unless named")
    .option("--device", "also load the model, generate a token and say on which device")
    .action(async (names: string[], options: { device?: boolean }) => {
      const { verifyModels } = await import("../model.ts");
      Deno.exitCode = await verifyModels(names, options.device ?? false);
    });
  return model;
}
