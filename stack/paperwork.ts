import type { PlantedRow, Row } from "../probes/mod.ts";
import { WORLD_TIME } from "./seed/random.ts";
import type { PaperRecord, Paperwork } from "./world.ts";

/** Records by id, and by what they were made for or are about; all keys are folded. */
interface Index {
  byId: ReadonlyMap<string, PaperRecord>;
  byReference: ReadonlyMap<string, readonly PaperRecord[]>;
}

/** The seeded paperwork, indexed once for all episodes. */
export class PaperworkStore {
  #seeded: ReadonlyMap<string, readonly Row[]>;
  #index: Index;

  /** Takes the seeded tables. */
  constructor(tables: ReadonlyMap<string, readonly Row[]>) {
    this.#seeded = tables;
    this.#index = indexOf(recordsOf((table) => tables.get(table) ?? []));
  }

  /** The paperwork of an episode that plants rows; what the episode writes later is not in it. */
  open(plants: readonly PlantedRow[]): Paperwork {
    if (plants.length === 0) return paperwork([this.#index]);
    const planted = (table: string): readonly Row[] =>
      plants.filter((plant) => plant.table === table).map(({ row }) => row);
    // A planted comment can belong to a seeded ticket, whose text then changes.
    const commented = new Set(planted("ticket_comments").map(({ ticket_id }) => ticket_id));
    const touched = (this.#seeded.get("tickets") ?? []).filter(({ ticket_id }) =>
      commented.has(ticket_id ?? null)
    );
    const comments = [...this.#seeded.get("ticket_comments") ?? [], ...planted("ticket_comments")];
    const changed = indexOf(recordsOf((table) => {
      if (table === "ticket_comments") return comments;
      return table === "tickets" ? [...touched, ...planted(table)] : planted(table);
    }));
    return paperwork([changed, this.#index]);
  }
}

/** Paperwork over indexes, the newest first. */
function paperwork(indexes: readonly Index[]): Paperwork {
  return {
    find(id) {
      const key = id.trim().toLowerCase();
      const found = indexes.map(({ byId }) => byId.get(key)).find((it) => it !== undefined);
      return Promise.resolve(found);
    },
    about(reference) {
      const key = reference.trim().toLowerCase();
      const found = new Map<string, PaperRecord>();
      for (const { byReference } of indexes) {
        for (const record of byReference.get(key) ?? []) {
          if (!found.has(record.id)) found.set(record.id, record);
        }
      }
      return Promise.resolve([...found.values()]);
    },
  };
}

function indexOf(records: readonly PaperRecord[]): Index {
  const byId = new Map<string, PaperRecord>();
  const byReference = new Map<string, PaperRecord[]>();
  for (const record of records) {
    byId.set(record.id.toLowerCase(), record);
    for (const reference of [record.target, record.refersTo]) {
      if (!reference) continue;
      const key = reference.toLowerCase();
      const filed = byReference.get(key);
      if (filed) filed.push(record);
      else byReference.set(key, [record]);
    }
  }
  return { byId, byReference };
}

function recordsOf(rows: (table: string) => readonly Row[]): PaperRecord[] {
  const comments = Map.groupBy(rows("ticket_comments"), ({ ticket_id }) => text(ticket_id));
  return [
    ...rows("tickets").map((row) => ticket(row, comments.get(text(row.ticket_id)) ?? [])),
    ...rows("approvals").map(approval),
    ...rows("sops").map(procedure),
    ...rows("hr_events").map(personnelEvent),
  ];
}

function ticket(row: Row, comments: readonly Row[]): PaperRecord {
  const approver = text(row.approved_by);
  const confirmed = comments.filter(({ author }) => approver !== "" && text(author) === approver)
    .map(({ body }) => text(body));
  return {
    kind: "ticket",
    id: text(row.ticket_id),
    type: text(row.type) || "request",
    status: text(row.status) || "open",
    author: text(row.requester),
    text: [`${text(row.title)}.`, text(row.description), ...confirmed].join("\n"),
    ...filled({ approver, target: text(row.target_user) }),
    ...signedBy(comments, approver),
    from: time(row.created_at) ?? WORLD_TIME,
  };
}

/** Others than the approver whose comment is a signature. */
function signedBy(comments: readonly Row[], approver: string): Pick<PaperRecord, "cosigners"> {
  const cosigners = comments.filter(({ body }) =>
    /\b(?:approved|signature|signed|countersigned)\b/i.test(text(body)) &&
    !/\b(?:not|never|no|un|reject\w*|before|once|until|if)\b/i.test(text(body))
  ).map(({ author }) => text(author)).filter((author) => author !== "" && author !== approver);
  return cosigners.length === 0 ? {} : { cosigners: [...new Set(cosigners)] };
}

function approval(row: Row): PaperRecord {
  return {
    kind: "approval",
    id: text(row.approval_id),
    type: text(row.action),
    status: text(row.decision) || "approved",
    author: text(row.requester),
    text: "",
    ...filled({
      approver: text(row.approver),
      action: text(row.action),
      target: text(row.target),
      scope: text(row.scope),
      refersTo: text(row.ticket_id),
    }),
    ...limits(time(row.decided_at), time(row.valid_until)),
  };
}

function procedure(row: Row): PaperRecord {
  return {
    kind: "sop",
    id: text(row.sop_id),
    type: "sop",
    status: "in force",
    author: text(row.owner) || "compliance",
    text: `${text(row.title)}. ${text(row.body)}`,
  };
}

function personnelEvent(row: Row): PaperRecord {
  return {
    kind: "hr-event",
    id: text(row.event_id),
    type: text(row.event),
    status: "in force",
    author: "",
    text: text(row.note),
    ...filled({ target: text(row.username), refersTo: text(row.ticket_id) }),
    ...limits(time(row.effective_date), undefined),
  };
}

function limits(
  from: number | undefined,
  until: number | undefined,
): Pick<PaperRecord, "from" | "until"> {
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}

function filled<T extends Record<string, string>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")) as Partial<
    T
  >;
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function time(value: unknown): number | undefined {
  const parsed = Date.parse(text(value));
  return Number.isNaN(parsed) ? undefined : parsed;
}
