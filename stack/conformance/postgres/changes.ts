import type { PostgresScenario } from "./subject.ts";

/** Writing, and what the record of changes says of it. */
export const CHANGE_SCENARIOS: readonly PostgresScenario[] = [
  {
    name: "a change is recorded row by row",
    play: async (subject) => {
      await subject.ask("update tickets set priority = 'high' where ticket_id = 'CHG-4102'");
      await subject.ask("update tickets set status = status");
      await subject.ask(
        "update tickets set priority = 'low' where ticket_id like 'CHG-41%' returning ticket_id",
      );
      await subject.ask("delete from tickets where ticket_id = 'CHG-4099'");
      await subject.ask("update tickets set ticket_id = 'CHG-9' where ticket_id = 'CHG-4101'");
      await subject.ask(
        "insert into ticket_comments (ticket_id, author, body) values ('CHG-4102', 'anna', 'seen')",
      );
      await subject.ask(
        "insert into ticket_comments (ticket_id, body) values ('CHG-4102', 'a'), ('CHG-4102', 'b') returning comment_id, created_at",
      );
      await subject.ask(
        "insert into assets select 'AST-9001', 'x', 'laptop', 'anna', 'IT', 'low', 'Oslo'",
      );
      await subject.ask("delete from audit_events where event_id <= 2");
      await subject.ask("delete from audit_events where false");
      await subject.ask("select count(*) from audit_events");
    },
  },
  {
    name: "a statement that writes in its parts is recorded whole",
    play: async (subject) => {
      await subject.ask(
        `with gone as (delete from audit_events where event_id <= 2 returning actor)
         insert into ticket_comments (ticket_id, body) select 'CHG-4102', actor from gone returning comment_id`,
      );
      await subject.ask(
        "with x as (update tickets set priority = 'high' where ticket_id = 'CHG-4102' returning 1) select * from x",
      );
      await subject.ask(
        `insert into audit_principals values ('siem-collector', 'service', 'none', ''), ('eve', 'person', 'none', '')
         on conflict (principal) do update set role = excluded.role`,
      );
      await subject.ask(
        "insert into audit_principals values ('siem-collector', 'x', 'x', '') on conflict do nothing",
      );
      await subject.ask(
        "update tickets t set assignee = c.author from ticket_comments c where c.ticket_id = t.ticket_id and t.ticket_id = 'CHG-4102'",
      );
      await subject.ask(
        "delete from ticket_comments c using tickets t where t.ticket_id = c.ticket_id and t.ticket_id = 'CHG-4102'",
      );
    },
  },
  {
    name: "what breaks a constraint changes nothing",
    play: async (subject) => {
      await subject.ask("insert into ticket_comments (ticket_id, body) values ('none', 'x')");
      await subject.ask("insert into tickets (ticket_id, title) values ('CHG-4102', 'twice')");
      await subject.ask("insert into tickets (ticket_id) values ('CHG-9')");
      await subject.ask("update tickets set status = 'done' where ticket_id = 'CHG-4102'");
      await subject.ask("update tickets set title = null where ticket_id = 'CHG-4102'");
      await subject.ask(
        "insert into hr_events values ('HR-9', 'anna', 'joiner', 'soon', null, '')",
      );
      await subject.ask("insert into tickets values ('CHG-9')");
      await subject.ask("insert into tickets (nothing) values (1)");
      await subject.ask(
        "insert into access_log (username, resource, action, result, ip) values ('a', 'b', 'c', 'd', 'e')",
      );
      await subject.ask("insert into audit_principals values ('a', 'b', 'c', 'd', 'e')");
      await subject.ask(
        "update employees set salary = salary * 100000 where username = 'alice.dev'",
      );
      await subject.ask("insert into employees (username) select username from employees");
      await subject.ask("select count(*) from tickets");
    },
  },
  {
    name: "what is taken back was not there",
    play: async (subject) => {
      const count = "select count(*) from audit_events";
      await subject.ask("delete from audit_events");
      await subject.ask(count, { undo: true });
      await subject.ask("delete from audit_events where event_id = 1");
      await subject.ask(count);
      await subject.ask("delete from audit_events where event_id = 2");
      await subject.ask("select no_such_column from tickets", { undo: true });
      await subject.ask(count);
      await subject.ask(
        "insert into audit_events (actor, action, target) values ('a', 'b', 'c') returning event_id",
      );
      await subject.ask(
        "insert into audit_events (actor, action, target) values ('a', 'b', 'c') returning event_id",
        { undo: true },
      );
    },
  },
];
