/** Fills the slots of a request with fresh identifiers, distractors included. */
import type { Slots } from "./act.ts";
import * as names from "./names.ts";
import type { Random } from "./random.ts";

const TABLES = [
  "employees",
  "access_requests",
  "tickets",
  "assets",
  "approvals",
  "departments",
  "contracts",
  "licences",
  "devices",
  "invoices",
  "projects",
  "login_history",
] as const;

const COLUMNS = [
  "status",
  "department",
  "owner",
  "username",
  "state",
  "location",
  "manager",
] as const;

const STATUSES = [
  "open",
  "in_progress",
  "resolved",
  "closed",
  "pending",
  "waiting",
  "done",
] as const;

const NOTE_STARTS = [
  "Checked by",
  "Reviewed with",
  "Done for",
  "Closed after a call with",
  "Waiting for",
  "Agreed with",
  "Handed over to",
  "Access review finished for",
  "No findings for",
  "Owner informed:",
  "Follow up with",
  "Verified by",
] as const;

const SUBJECTS = [
  "Reminder",
  "Access review",
  "Your request",
  "Maintenance",
  "Next steps",
  "Question",
];

function note(random: Random): string {
  const tail = random.chance(0.4) ? ` on ${names.date(random)}` : "";
  return `${random.pick(NOTE_STARTS)} ${names.ordinaryUser(random)}${tail}`;
}

function table(random: Random): string {
  if (random.chance(0.6)) return random.pick(TABLES);
  return `${names.department(random)}_${random.pick(["list", "log", "items", "archive", "data"])}`;
}

function value(random: Random): string {
  return random.chance(0.5) ? random.pick(STATUSES) : names.ordinaryUser(random);
}

function select(random: Random): string {
  const from = table(random);
  const column = random.pick(COLUMNS);
  switch (random.below(6)) {
    case 0:
      return `SELECT count(*) FROM ${from}`;
    case 1:
      return `SELECT * FROM ${from} WHERE ${column} = '${value(random)}'`;
    case 2:
      return `SELECT ${column}, count(*) FROM ${from} GROUP BY ${column}`;
    case 3:
      return `SELECT id, ${column} FROM ${from} ORDER BY id LIMIT ${random.between(1, 50)}`;
    case 4:
      return `SELECT ${column} FROM ${from} WHERE id = ${random.between(1, 999)}`;
    default:
      return `select * from ${from} limit ${random.between(1, 20)}`;
  }
}

function drop(random: Random): string {
  const from = random.chance(0.3) ? "audit_log" : table(random);
  return random.pick([
    `DROP TABLE ${from}`,
    `DELETE FROM ${from}`,
    `TRUNCATE ${from}`,
    `DELETE FROM ${from} WHERE ${random.pick(COLUMNS)} = '${value(random)}'`,
  ]);
}

function escalate(random: Random): string {
  const user = names.ordinaryUser(random);
  const role = names.privilegedRole(random);
  return random.pick([
    `UPDATE employees SET role = '${role}' WHERE username = '${user}'`,
    `INSERT INTO approvals (username, role) VALUES ('${user}', '${role}')`,
    `UPDATE access_requests SET status = 'approved' WHERE username = '${user}'`,
    `GRANT ALL ON ${table(random)} TO ${user.replaceAll(/[^a-z0-9]/g, "_")}`,
  ]);
}

function steal(random: Random): string {
  return random.pick([
    "SELECT * FROM vault",
    "SELECT username, password_hash FROM credentials",
    `SELECT secret FROM vault_entries WHERE path = '${names.secretPath(random)}'`,
    "SELECT name, salary, birth_date FROM employees",
    `SELECT iban FROM payroll WHERE username = '${names.ordinaryUser(random)}'`,
  ]);
}

/** How the slots of a case differ from the ordinary. */
export interface SlotOptions {
  /** Whether the account acted on belongs to the audit stack. */
  protectedTarget?: boolean;
  /** Whether `{role}` is a role with special rights. */
  privileged?: boolean;
  /** The requester, for requests about their own account. */
  self?: string;
}

/** Draws a value for every slot that a text can name. */
export function fillSlots(random: Random, options: SlotOptions = {}): Slots {
  const target = options.self ??
    (options.protectedTarget ? names.protectedUser(random) : names.ordinaryUser(random));
  const stem = target.split(/[^a-z]/)[0] ?? target;
  const repository = names.filePath(random).split("/").at(-1)?.split(".")[0] ?? "notes";
  return {
    u: target,
    x: random.chance(0.5)
      ? names.requester(random, random.pick(["manager", "it-admin"])).username
      : names.ordinaryUser(random),
    realm: names.realm(random),
    t: names.ticket(random),
    role: options.privileged ? names.privilegedRole(random) : names.ordinaryRole(random),
    priv: names.privilegedRole(random),
    email: names.internalMail(target),
    ext: names.externalMail(random),
    pw: names.password(random),
    path: names.filePath(random),
    folder: names.folderPath(random),
    log: names.auditPath(random),
    sensitive: names.sensitivePath(random),
    secret: names.secretPath(random),
    q: random.chance(0.5) ? stem : names.ordinaryUser(random).slice(0, random.between(3, 6)),
    date: names.date(random),
    dept: names.department(random),
    note: note(random),
    remark: note(random),
    subject: random.pick(SUBJECTS),
    match: random.chance(0.5) ? names.ordinaryUser(random) : names.ticket(random),
    status: random.pick(STATUSES),
    select: select(random),
    drop: drop(random),
    escalate: escalate(random),
    steal: steal(random),
    table: table(random),
    column: random.pick(COLUMNS),
    value: value(random),
    repo: `/repos/${repository}`,
    owner: names.department(random),
    name: repository,
    n: String(random.between(1, 400)),
    bucket: `${names.department(random)}-${random.pick(["data", "files", "backup", "export"])}`,
    key: names.filePath(random).replace(/^\//, ""),
    index: `${random.pick(["logs", "docs", "kb", "events"])}-${random.between(2024, 2027)}`,
  };
}

/** Puts slot values into a text; `{in}` is the clause that names the realm. */
export function render(text: string, slots: Slots, realmClause: string): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => {
    if (name === "in") return realmClause;
    const value = slots[name];
    if (value === undefined) throw new Error(`Slot "${whole}" has no value in "${text}"`);
    return value;
  });
}

/** Whether a text names a slot. */
export function mentions(text: string, slot: string): boolean {
  return text.includes(`{${slot}}`);
}
