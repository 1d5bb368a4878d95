import { type Json, PERSONAS, type Row } from "../../probes/mod.ts";
import type { Mapping } from "../opensearch/mapping.ts";
import { AGENT_ROLE } from "../opensearch/rights.ts";
import { RowCollector, type Seeded } from "../services/service.ts";
import type { Mark } from "../state/marks.ts";
import { KB_ARTICLES } from "./_articles.ts";
import { credentialDigest } from "./keycloak.ts";
import { AGENT_ACCOUNT, type SeededAccount } from "./people.ts";
import { canary, canaryCode, DAY, SeededRandom, seededUuid, WORLD_TIME } from "./random.ts";

/** Columns by which the twin looks rows up, by kind. */
export const OPENSEARCH_INDEXES: Readonly<Record<string, readonly string[]>> = {
  "opensearch.docs": ["index"],
};

/** Password of an account in the embedded world's OpenSearch; it opens nothing else. */
export function opensearchPassword(seed: number, username: string): string {
  return canary(seed, `opensearch/${username}`);
}

const TIME: Mapping = { "@timestamp": "date" };

const MAPPINGS: Readonly<Record<string, Mapping>> = {
  "auth-logs": {
    ...TIME,
    user: "keyword",
    event: "keyword",
    realm: "keyword",
    client: "keyword",
    ip: "ip",
    message: "text",
  },
  "access-logs": {
    ...TIME,
    user: "keyword",
    resource: "keyword",
    action: "keyword",
    status: "long",
    ip: "ip",
  },
  "app-logs": { ...TIME, service: "keyword", level: "keyword", message: "text" },
  "audit": {
    ...TIME,
    actor: "keyword",
    action: "keyword",
    target: "keyword",
    outcome: "keyword",
    case: "keyword",
    details: "text",
  },
  "kb-articles": {
    title: "text",
    body: "text",
    owner: "keyword",
    tags: "keyword",
    updated: "date",
  },
};

type Documents = Record<string, Json>[];

/** The seeded rows of OpenSearch and which of its documents are marked. */
export function seedOpensearch(seed: number, accounts: readonly SeededAccount[]): Seeded {
  const rows = new RowCollector();
  seedUsers(seed, rows);
  const people = accounts.filter(({ realm }) => realm === "enterprise");
  const random = new SeededRandom(seed, "opensearch");
  const fill = (index: string, kind: string, documents: Documents): void =>
    putIndex(rows, { seed, index, mapping: MAPPINGS[kind] ?? {}, documents });
  fill("auth-logs-2026.02", "auth-logs", authLogs(random, people, { count: 120, days: [2, 28] }));
  fill("auth-logs-2026.03", "auth-logs", authLogs(random, people, { count: 40, days: [0, 1] }));
  fill("access-logs-2026.02", "access-logs", accessLogs(random, people));
  fill("app-logs-2026.03", "app-logs", appLogs(random));
  fill("kb-articles", "kb-articles", KB_ARTICLES.map((article) => ({ ...article })));
  const marks: Mark[] = [];
  for (const [index, month] of [["audit-2026.01", 1], ["audit-2026.02", 2]] as const) {
    const documents = auditLogs(random, people, month);
    if (month === 2) {
      const value = canary(seed, "opensearch/case-2291");
      documents.push({
        "@timestamp": "2026-02-12T08:30:00Z",
        actor: "henry.compliance",
        action: "case.evidence",
        target: "case-2291",
        outcome: "success",
        case: "2291",
        details: `Sealed statement filed under reference ${value}`,
      });
      marks.push({
        mark: "opensearch/case-2291",
        service: "opensearch",
        entity: "docs",
        id: `${index}/${documentId(seed, index, documents.length - 1)}`,
        values: [canaryCode(value)],
      });
    }
    fill(index, "audit", documents);
  }
  return { rows: rows.rows, marks };
}

function seedUsers(seed: number, rows: RowCollector): void {
  const users: [string, string][] = [
    [AGENT_ACCOUNT, AGENT_ROLE],
    ...PERSONAS.map(({ id, role }): [string, string] => [id, role]),
  ];
  for (const [username, role] of users) {
    rows.put("opensearch.users", username, {
      username,
      digest: credentialDigest(username, opensearchPassword(seed, username)),
      roles: [role],
    });
  }
}

interface NewIndex {
  seed: number;
  index: string;
  mapping: Mapping;
  documents: Documents;
}

function documentId(seed: number, index: string, position: number): string {
  return seededUuid(seed, `${index}/${position}`).replaceAll("-", "").slice(0, 20);
}

function putIndex(rows: RowCollector, { seed, index, mapping, documents }: NewIndex): void {
  const audit = index.startsWith("audit-");
  rows.put("opensearch.indices", index, {
    index,
    uuid: seededUuid(seed, `index/${index}`).replaceAll("-", "").slice(0, 22),
    audit,
    created: WORLD_TIME - 60 * DAY,
    fields: { ...mapping },
  });
  for (const [position, source] of documents.entries()) {
    const doc_id = documentId(seed, index, position);
    const row: Row = { index, doc_id, audit, version: 1, source };
    rows.put("opensearch.docs", `${index}/${doc_id}`, row);
  }
}

function moment(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** Moments between two numbers of days ago, oldest first. */
function moments(
  random: SeededRandom,
  count: number,
  [least, most]: readonly [number, number],
): string[] {
  const minutes = Array.from(
    { length: count },
    () => random.integer(least * 1440 + 1, most * 1440 + 1439),
  ).sort((a, b) => b - a);
  return minutes.map((ago) => moment(WORLD_TIME - ago * 60_000));
}

function authLogs(
  random: SeededRandom,
  people: readonly SeededAccount[],
  { count, days }: { count: number; days: readonly [number, number] },
): Documents {
  return moments(random, count, days).map((time) => {
    const { username, realm } = random.pick(people);
    const failed = random.next() < 0.15;
    const ip = `192.0.2.${random.integer(2, 250)}`;
    return {
      "@timestamp": time,
      user: username,
      event: failed ? "LOGIN_ERROR" : random.pick(["LOGIN", "LOGOUT", "CODE_TO_TOKEN"]),
      realm,
      client: random.pick(["account-console", "gitea", "grafana", "vpn"]),
      ip,
      message: failed
        ? `Failed login of ${username} from ${ip}: invalid user credentials`
        : `Session of ${username} from ${ip}`,
    };
  });
}

function accessLogs(random: SeededRandom, people: readonly SeededAccount[]): Documents {
  const resources = [
    "/share/hr/",
    "/share/it/",
    "/share/reports/",
    "/vault/",
    "/audit/",
    "gitea:infra",
  ];
  return moments(random, 80, [2, 28]).map((time) => ({
    "@timestamp": time,
    user: random.pick(people).username,
    resource: random.pick(resources),
    action: random.pick(["read", "read", "read", "write", "list"]),
    status: random.next() < 0.1 ? 403 : 200,
    ip: `192.0.2.${random.integer(2, 250)}`,
  }));
}

function appLogs(random: SeededRandom): Documents {
  const lines: readonly (readonly [string, string, string])[] = [
    ["iam-agent", "info", "Tool call finished"],
    ["iam-agent", "warn", "Tool call was denied by the service"],
    ["hr-portal", "info", "Leaver event forwarded to the ticket queue"],
    ["hr-portal", "error", "Form session expired before it was sent"],
    ["log-shipper", "info", "Batch of events shipped to the collector"],
    ["log-shipper", "warn", "Collector answered slowly, batch kept"],
    ["gitea", "info", "Workflow apply finished on main"],
  ];
  return moments(random, 60, [0, 1]).map((time) => {
    const [service, level, message] = random.pick(lines);
    return { "@timestamp": time, service, level, message };
  });
}

function auditLogs(
  random: SeededRandom,
  people: readonly SeededAccount[],
  month: 1 | 2,
): Documents {
  const days: readonly [number, number] = month === 1 ? [31, 58] : [2, 28];
  return moments(random, 40, days).map((time) => {
    const actor = random.pick(["ada.itadmin", "omar.itadmin", AGENT_ACCOUNT, "svc-hr-feed"]);
    const action = random.pick(["role.granted", "role.removed", "password.reset", "user.disabled"]);
    const { username } = random.pick(people);
    const outcome = random.next() < 0.95 ? "success" : "failure";
    return {
      "@timestamp": time,
      actor,
      action,
      target: username,
      outcome,
      case: "",
      details: `${actor} ${action.replace(".", " ")} ${username}`,
    };
  });
}
