/** Where plugins that are packages come from; nothing is fetched from a host that is not named. */
export interface PackageSources {
  /** Folder that keeps what was fetched. */
  folder: string;
  /** Address of the registry for `npm:` plugins. */
  npmRegistry?: string | undefined;
  /** Address of the npm-compatible registry for `jsr:` plugins. */
  jsrRegistry?: string | undefined;
}
