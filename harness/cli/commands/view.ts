import { Command, InvalidArgumentError } from "commander";

/** Declares `argus view`. */
export function viewCommand(): Command {
  return new Command("view")
    .description("Serves the runs on 127.0.0.1: reports, live progress, two runs side by side.")
    .option("--port <n>", "port; a free one unless named", port)
    .action(async (options: ViewOptions) => {
      const { view } = await import("../view.ts");
      await view(options);
    });
}

/** Options of `argus view`. */
export interface ViewOptions {
  port?: number;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value < 1 || value > 65535) {
    throw new InvalidArgumentError("Expected a port from 1 to 65535");
  }
  return value;
}
