/**
 * Why a plugin could not be used.
 *
 * - `source`: it cannot be found, read or resolved.
 * - `import`: its module graph leaves what a plugin may import.
 * - `permission`: it asks for something that was not granted.
 * - `invalid`: its manifest or a probe does not fit the schema.
 * - `threw`: its own code threw.
 * - `timeout`: it did not answer in time and was killed.
 * - `output`: it wrote more than it may and was killed.
 * - `protocol`: it wrote something that is no answer and was killed.
 * - `exit`: its process ended by itself, for instance for lack of memory.
 */
export type PluginFault =
  | "source"
  | "import"
  | "permission"
  | "invalid"
  | "threw"
  | "timeout"
  | "output"
  | "protocol"
  | "exit";

/** Options for {@linkcode PluginError}. */
export interface PluginErrorOptions extends ErrorOptions {
  /** Last part of what the plugin wrote to stderr. */
  stderr?: string;
}

/** A plugin could not be opened, or failed while it ran. */
export class PluginError extends Error {
  /** Name of the class, as stack traces show it. */
  override readonly name = "PluginError";
  /** Last part of what the plugin wrote to stderr; empty when it never ran. */
  readonly stderr: string;

  /** Creates the error for one plugin. */
  constructor(
    /** What went wrong, for programs. */
    readonly fault: PluginFault,
    /** The plugin, as the user named it. */
    readonly plugin: string,
    problem: string,
    options: PluginErrorOptions = {},
  ) {
    super(`Cannot use plugin "${plugin}": ${problem}`, options);
    this.stderr = options.stderr ?? "";
  }
}
