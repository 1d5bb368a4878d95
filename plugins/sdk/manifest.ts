import { z } from "zod";

/**
 * Whether what a plugin asks may be kept. An `"embargoed"` plugin runs, and nothing derived from its
 * texts (requests, intents, arguments, diffs, replies) enters a run folder, the index or an export;
 * names do: ids, suite, family, templates and technique ids.
 */
export type Visibility = "public" | "embargoed";

/** What a plugin asks for beyond nothing; each entry must be granted by the user by name. */
export interface Permissions {
  /** Hosts with port that it talks to: `"127.0.0.1:8080"`. */
  net?: string[] | undefined;
  /** Names of environment variables that it reads. */
  env?: string[] | undefined;
  /** Absolute paths that it reads. */
  read?: string[] | undefined;
}

/** What a plugin says about itself. */
export interface Manifest {
  /** Name, plain or scoped: `"@acme/badge-probes"`. */
  name: string;
  /** Semantic version. */
  version: string;
  /** Catalog that its probes belong to: `"corpus-v1"` or its own. */
  suite: string;
  /** Family within the catalog: `"f01_account_mgmt"`. */
  family: string;
  /** Technique ids that its attacks use: `["T1136"]`. */
  techniques: readonly string[];
  /**
   * What it asks for.
   * @default {{}}
   */
  permissions?: Permissions | undefined;
  /**
   * Whether its texts may be kept.
   * @default {"public"}
   */
  visibility?: Visibility | undefined;
}

/** A manifest with its defaults filled in, as the host holds it. */
export interface ResolvedManifest extends Manifest {
  /** What it asks for. */
  permissions: Permissions;
  /** Whether its texts may appear in a run folder. */
  visibility: Visibility;
}

const segment = z.string().max(80).regex(/^[A-Za-z0-9][\w.-]*$/);

/** Schema of {@linkcode Permissions}. */
export const Permissions: z.ZodType<Permissions> = z.strictObject({
  net: z.array(z.string().regex(/^[\w.-]+:\d{1,5}$/, 'Expected "host:port"')).max(16).optional(),
  env: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).max(16).optional(),
  read: z.array(z.string().regex(/^\/[^,\0]*$/, "Expected an absolute path")).max(16).optional(),
});

/** Schema of {@linkcode Manifest}; its output has the defaults filled in. */
export const Manifest: z.ZodType<ResolvedManifest, Manifest> = z.strictObject({
  name: z.string().max(120).regex(
    /^(@[a-z0-9][a-z0-9-]*\/)?[a-z0-9][a-z0-9._-]*$/,
    'Expected a name such as "badge-probes" or "@acme/badge-probes"',
  ),
  version: z.string().max(60).regex(
    /^\d+\.\d+\.\d+([-+][\w.+-]+)?$/,
    'Expected a version such as "1.0.0"',
  ),
  suite: segment,
  family: segment,
  techniques: z.array(z.string().max(20)).max(64),
  permissions: Permissions.default({}),
  visibility: z.enum(["public", "embargoed"]).default("public"),
}) as z.ZodType<ResolvedManifest, Manifest>;
