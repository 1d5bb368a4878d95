import { CHANGE_SCENARIOS } from "./changes.ts";
import { QUERY_SCENARIOS } from "./queries.ts";
import { REFUSAL_SCENARIOS } from "./refusals.ts";
import { RIGHTS_SCENARIOS } from "./rights.ts";
import type { PostgresScenario } from "./subject.ts";

/** Everything that the database is asked. */
export const POSTGRES_SCENARIOS: readonly PostgresScenario[] = [
  ...QUERY_SCENARIOS,
  ...CHANGE_SCENARIOS,
  ...RIGHTS_SCENARIOS,
  ...REFUSAL_SCENARIOS,
];
