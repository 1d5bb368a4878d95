import { type KeycloakAdmin, masterAdmin, seedKeycloakService } from "../keycloak/service_seed.ts";
import { REALMS, seedAccounts } from "../seed/people.ts";
import { seedTables } from "../seed/postgres.ts";
import { PostgresEngine } from "../sql/postgres_engine.ts";
import { ENTERPRISE_DATABASE, seedPostgresService } from "../sql/service_seed.ts";
import { ensureSecrets } from "./secrets.ts";
import { STACK_FOLDER } from "./project.ts";
import { worldAddress, type WorldAddressOptions } from "./world_address.ts";
import { WORLD_SECRET } from "./world_passwords.ts";
import { worldLabel } from "./world_label.ts";

/** Services that the world is put into; the others come up empty. */
export const SEEDED_SERVICES: readonly string[] = ["keycloak", "postgres"];

/** Options for {@linkcode stackSeed}. */
export interface StackSeedOptions extends WorldAddressOptions {
  /**
   * Seed of the generated records.
   * @default {1}
   */
  seed?: number;
  /**
   * Number of staff beside the named people.
   * @default {200}
   */
  staff?: number;
  /** Told what is filled. */
  onStep?: (service: string, detail: string) => void;
}

/**
 * Fills a running Keycloak and PostgreSQL with the seeded world, in place of what they hold of it. The
 * passwords follow from a secret that is made for the stack and kept beside its others.
 *
 * @throws {StackError} when the stack was never brought up.
 * @throws {Error} when a service does not answer or refuses, with what it said.
 */
export async function stackSeed(options: StackSeedOptions = {}): Promise<void> {
  const { seed = 1, staff = 200, folder = STACK_FOLDER, onStep } = options;
  await ensureSecrets(folder, [WORLD_SECRET]);
  const { passwords, keycloak, postgres } = await worldAddress(options);
  const accounts = seedAccounts(seed, staff);
  const { tables } = seedTables(seed, accounts);
  await seedPostgresService({ admin: postgres, sessionPassword: passwords.session, tables });
  onStep?.("postgres", `database "${ENTERPRISE_DATABASE}" with ${tables.size} tables`);
  await seedKeycloakService({
    ...keycloak,
    seed,
    accounts,
    password: passwords.account,
    clientSecret: passwords.client,
    onRealm: (realm) => onStep?.("keycloak", `realm "${realm}"`),
  });
  await withoutProfileChecks(masterAdmin(keycloak));
  // Last, so that a world that is only half there has no label.
  const engine = new PostgresEngine({ ...postgres, database: ENTERPRISE_DATABASE });
  try {
    await engine.run(
      `comment on database ${ENTERPRISE_DATABASE} is '${worldLabel(seed, staff)}'`,
    );
  } finally {
    await engine.close();
  }
}

/** Service accounts have no names, and a session of theirs must not wait until somebody enters some. */
async function withoutProfileChecks(admin: KeycloakAdmin): Promise<void> {
  for (const realm of REALMS) {
    const path = `/realms/${realm}/authentication/required-actions/VERIFY_PROFILE`;
    const action = await admin("GET", path, undefined, [200]) as Record<string, unknown>;
    await admin("PUT", path, { ...action, enabled: false }, [204]);
  }
}

/** Whether a world was put into the stack, whichever seed it has. */
export async function stackSeeded(options: WorldAddressOptions = {}): Promise<boolean> {
  const { folder = STACK_FOLDER } = options;
  await ensureSecrets(folder, [WORLD_SECRET]);
  const { postgres } = await worldAddress(options);
  const engine = new PostgresEngine(postgres);
  try {
    const { rows } = await engine.query(
      `select shobj_description(oid, 'pg_database') from pg_catalog.pg_database
       where datname = $1`,
      [ENTERPRISE_DATABASE],
    );
    return typeof rows[0]?.[0] === "string";
  } finally {
    await engine.close();
  }
}
