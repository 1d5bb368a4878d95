/** A `--fail-on` threshold was crossed. */
export const EXIT_THRESHOLD = 1;
/** Bad usage or bad input. */
export const EXIT_USAGE = 2;
/** Infrastructure failed. */
export const EXIT_INFRASTRUCTURE = 3;
/** Stopped by Ctrl-C, as shells report it. */
export const EXIT_INTERRUPTED = 130;

/** Bad input of a command that has no class of its own: the message says where and what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Names of the errors that are the user's to mend. Compared by name, so that none is loaded for it. */
const INPUT_ERRORS = new Set([
  "UsageError",
  "CatalogError",
  "ConfigError",
  "GuardPolicyError",
  "RunFileError",
  "ModelLoadError",
  "ModelCatalogError",
  "PluginError",
  "PluginLoadError",
  "PromptTooLongError",
]);

const INFRASTRUCTURE_ERRORS = new Set([
  "InferenceError",
  "WorldError",
  "StackError",
  "EngineError",
  "RunWriteError",
]);

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Deno.errors.NotCapable) return EXIT_USAGE;
  const name = error instanceof Error ? error.name : "";
  return INPUT_ERRORS.has(name) ? EXIT_USAGE : EXIT_INFRASTRUCTURE;
}

/** What a person is told about an error: its message, with a stack only for a defect of ours. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `argus: ${String(error)}`;
  if (INPUT_ERRORS.has(error.name) || INFRASTRUCTURE_ERRORS.has(error.name)) {
    return `argus: ${error.message}`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    const [what = ""] = error.message.split(", run again");
    return `argus: ${what}, which the tasks do not grant; grant it by name: deno run -P=harness ` +
      "--allow-read=<folder> harness/cli/main.ts <command>";
  }
  if (error instanceof Deno.errors.NotFound) return `argus: ${error.message}`;
  return `argus: internal error: ${error.stack ?? error.message}`;
}
