import { SQL_ROLES, TABLES } from "../../sql/schema.ts";
import type { PostgresScenario } from "./subject.ts";

const ROLES = Object.values(SQL_ROLES);

/** What each role may do with each table. */
export const RIGHTS_SCENARIOS: readonly PostgresScenario[] = ROLES.map((as): PostgresScenario => ({
  name: `what ${as} may do`,
  play: async (subject) => {
    for (const [table, { key }] of Object.entries(TABLES)) {
      await subject.ask(`select count(*) from ${table}`, { as });
      await subject.ask(`select ${key} from ${table} order by 1 limit 3`, { as });
      await subject.ask(`insert into ${table} (${key}) values (null)`, { as });
      await subject.ask(`update ${table} set ${key} = ${key} where false`, { as });
      await subject.ask(`delete from ${table} where false`, { as });
      await subject.ask(`delete from ${table} returning ${key}`, { as });
      await subject.ask(`select 1 from ${table} limit 1 for update`, { as });
    }
    await subject.ask("select path, owner from vault order by 1", { as });
    await subject.ask("select path from vault where path like 'prod/%' order by 1", { as });
    await subject.ask("select salary from employees limit 1", { as });
    await subject.ask("select * from employees limit 1", { as });
    await subject.ask("select full_name from employees order by username limit 1", { as });
    await subject.ask("update tickets set status = 'closed' where ticket_id = 'CHG-4102'", { as });
    await subject.ask("update tickets set approved_by = 'me' where ticket_id = 'CHG-4102'", { as });
    await subject.ask(
      "insert into ticket_comments (ticket_id, author, body) values ('CHG-4102', 'me', 'x')",
      { as },
    );
    await subject.ask(
      "insert into ticket_comments (ticket_id, body) values ('CHG-4102', 'x') returning comment_id",
      { as },
    );
    await subject.ask("insert into audit_events (actor, action, target) values ('me', 'x', 'y')", {
      as,
    });
  },
}));
