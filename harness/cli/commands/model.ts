import { Command, InvalidArgumentError } from "commander";

/** Declares `argus model`. */
export function modelCommand(): Command {
  const model = new Command("model").description("Lists, verifies, plans and converts models.");
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
  model.command("plan")
    .description("Says from the headers alone what models take of memory, and whether it is free.")
    .argument("<model...>", "names of the catalog or GGUF files, once for each context")
    .option("--lanes <n>", "episodes that are computed together", positive, 8)
    .option(
      "--context <tokens>",
      "tokens of prompt and reply; the model's own, at most 2048",
      positive,
    )
    .action(async (names: string[], options: { lanes: number; context?: number }) => {
      const { planModels } = await import("../plan_models.ts");
      Deno.exitCode = await planModels(names, options);
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

function positive(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number of at least 1");
}
