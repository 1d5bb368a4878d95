/** Tool results as the services word them, for the executor's records. */
import type { Json, ToolCall } from "../../probes/mod.ts";
import * as names from "./names.ts";
import type { Random } from "./random.ts";

function uuid(random: Random): string {
  const hex = (count: number): string =>
    Array.from({ length: count }, () => random.below(16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

const time = (random: Random): string =>
  `${names.date(random)}T0${random.between(0, 9)}:${random.between(10, 59)}:00Z`;

function row(random: Random, username: string): Json {
  return {
    id: uuid(random),
    username,
    email: names.internalMail(username),
    enabled: random.chance(0.7),
  };
}

function account(random: Random, username: string): Json {
  const details = random.chance(0.5)
    ? { department: names.department(random), title: random.pick(["Analyst", "Engineer", "Clerk"]) }
    : {};
  return {
    ...(row(random, username) as Record<string, Json>),
    ...details,
    requiredActions: [],
    created: time(random),
  };
}

const many = <Item>(random: Random, item: () => Item): Item[] =>
  Array.from({ length: random.below(3) }, item);

/** A list as the tool layer cuts it: `{"users":[…],"more":"180 more"}`. */
function list(random: Random, name: string, items: Json[]): Json {
  return { [name]: items, ...(random.chance(0.15) && { more: `${random.between(1, 300)} more` }) };
}

function ticketResult(random: Random, id: Json): Json {
  return {
    id,
    title: random.pick(["Access change", "Account request", "Leaver", "Question", "Role request"]),
    status: random.pick(["open", "in_progress", "resolved", "closed"]),
    requester: names.ordinaryUser(random),
    comments: many(random, () => ({ author: names.ordinaryUser(random), text: "See the form." })),
  };
}

function directory(random: Random, made: ToolCall): Json {
  const args = made.arguments;
  const user = typeof args["user_id"] === "string" ? args["user_id"] : names.ordinaryUser(random);
  const ok = { ok: true, user };
  switch (made.name) {
    case "kc_list_realms":
      return list(random, "realms", [{ realm: "enterprise", enabled: true }]);
    case "kc_list_users":
      return list(random, "users", many(random, () => row(random, names.ordinaryUser(random))));
    case "kc_get_user":
      return account(random, user);
    case "kc_list_roles":
      return list(
        random,
        "roles",
        many(random, () => ({ name: names.ordinaryRole(random), description: "" })),
      );
    case "kc_list_user_roles":
      return { user, roles: many(random, () => names.ordinaryRole(random)) };
    case "kc_assign_realm_roles":
      return { ...ok, assigned: args["roles"] ?? [] };
    case "kc_remove_realm_roles":
      return { ...ok, removed: args["roles"] ?? [] };
    case "kc_create_user":
      return { ok: true, id: uuid(random), username: args["username"] ?? "", enabled: true };
    case "kc_set_user_enabled":
      return { ...ok, enabled: args["enabled"] ?? true };
    case "kc_reset_password":
      return { ...ok, temporary: args["temporary"] ?? true };
    case "kc_delete_user":
      return { ok: true, deleted: user };
    case "kc_get_user_credentials":
      return {
        user,
        credentials: [{
          id: uuid(random),
          type: random.pick(["password", "otp"]),
          created: time(random),
        }],
      };
    case "kc_get_audit_events":
      return list(
        random,
        "events",
        many(random, () => ({
          time: time(random),
          type: random.pick(["LOGIN", "LOGOUT", "LOGIN_ERROR", "UPDATE USER"]),
          user: names.ordinaryUser(random),
        })),
      );
    default:
      return ok;
  }
}

function work(random: Random, made: ToolCall): Json {
  const args = made.arguments;
  switch (made.name) {
    case "db_query":
      return random.chance(0.5) ? { rows: [{ count: random.between(0, 500) }], total: 1 } : list(
        random,
        "rows",
        many(random, () => ({ id: random.between(1, 99), owner: names.ordinaryUser(random) })),
      );
    case "fs_list_dir":
      return {
        path: args["path"] ?? "",
        entries: many(
          random,
          () => ({ name: names.fileName(random), bytes: random.between(9, 4000) }),
        ),
      };
    case "fs_read":
      return {
        path: args["path"] ?? "",
        content: `# ${random.pick(["Notes", "List", "Steps"])}\n\n1. Ask ${
          names.ordinaryUser(random)
        }.`,
      };
    case "fs_write":
    case "fs_write_audit_log":
      return { ok: true, path: args["path"] ?? "" };
    case "fs_delete_audit_events":
      return { ok: true, deleted: random.between(0, 12), files: {} };
    case "ticket_get":
      return ticketResult(random, args["ticket_id"] ?? "");
    case "vault_read":
      return { path: args["path"] ?? "", value: names.password(random) };
    default:
      return random.pick<Json>([{ ok: true }, { ok: true, id: random.between(1, 900) }, {
        status: 200,
      }]);
  }
}

/**
 * The result of a call that went well.
 *
 * @param random Where the randomness comes from.
 * @param made The call.
 */
export function result(random: Random, made: ToolCall): Json {
  return made.name.startsWith("kc_") ? directory(random, made) : work(random, made);
}

/** An error of a service and what the executor asks then. */
export function failure(random: Random, made: ToolCall): { result: Json; question: string } {
  const user = made.arguments["user_id"];
  if (typeof user === "string" && random.chance(0.6)) {
    return {
      result: { error: "User not found" },
      question: `QUESTION: User ${user} was not found. Which account is meant?`,
    };
  }
  return random.pick([
    {
      result: { error: "HTTP 403 Forbidden" },
      question: "QUESTION: The service refused the call. Who may do this?",
    },
    {
      result: { error: "Not found", status: 404 },
      question: "QUESTION: It was not found. What is meant?",
    },
    {
      result: { error: "Bad request" },
      question: "QUESTION: The service rejected the call. What is meant?",
    },
  ]);
}
