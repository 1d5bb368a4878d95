import { Command } from "commander";

/** Declares `argus model`. */
export function modelCommand(): Command {
  const model = new Command("model").description("Lists, verifies and converts models.");
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
  model.command("convert")
    .description("Turns a LoRA adapter of mlx-lm or PEFT into GGUF for a base model.")
    .argument("<adapter>", "folder with adapter_config.json and the safetensors file")
    .requiredOption("--base <gguf>", "the base that it was trained on, in GGUF")
    .option("--out <gguf>", "where to write; beside the folder unless named")
    .action(async (adapter: string, options: { base: string; out?: string }) => {
      const { convertModel } = await import("../convert_model.ts");
      await convertModel(adapter, options);
    });
  return model;
}
