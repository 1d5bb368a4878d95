/**
 * The only file that reads the environment. Every variable that Argus looks at is listed here.
 *
 * @module
 */

/** The variables that Argus looks at. */
export type Variable =
  /** The run that `deno bench` aggregates; the newest one unless set. */
  | "ARGUS_RUN"
  /** Key for an OpenAI-compatible server. */
  | "ARGUS_API_KEY"
  /** Address of the registry from which `npm:` plugins are fetched; none are unless set. */
  | "ARGUS_NPM_REGISTRY"
  /** Address of the npm-compatible registry from which `jsr:` plugins are fetched. */
  | "ARGUS_JSR_REGISTRY"
  /** Folder in which the user typed `deno task`, which itself runs in the project's. */
  | "INIT_CWD"
  /** Any value: no colour. */
  | "NO_COLOR"
  /** Any value: this is an automated run. */
  | "CI"
  /** Address of a Docker Engine. */
  | "DOCKER_HOST"
  /** Home folder, for the engine's per-user socket. */
  | "HOME";

/**
 * Reads a variable that the user granted to a plugin by name; undefined when it is not set, or out of
 * the harness's own reach: its tasks let it read `ARGUS_*` and little else.
 */
export function grantedVariable(name: string): string | undefined {
  return environment(name as Variable);
}

/** Reads a variable; undefined when it is not set, empty, or out of reach. */
export function environment(name: Variable): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
