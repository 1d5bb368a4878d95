import type { Json } from "../../probes/mod.ts";
import { SqlError, type SqlRows, type ToolContext, type ToolFunction } from "./context.ts";
import { done, list, longText, type ReadCount, refused, type ToolOutcome } from "./outcome.ts";

function counted(rows: SqlRows): ReadCount[] {
  if (rows.command !== "SELECT") return [];
  return rows.tables.map((entity) => ({ service: "postgres", entity, count: rows.total }));
}

const dbQuery: ToolFunction = async (args, { sql }) => {
  const limit = Math.min(Math.max(0, (args.limit as number | undefined) ?? 100), 1000);
  const params = (args.params ?? []) as string[];
  const rows = await sql.query(String(args.sql), { params, limit });
  if (rows.command !== "SELECT" && rows.rows.length === 0) {
    return done({ ok: true, command: rows.command, rows: rows.affected });
  }
  return {
    status: "executed",
    result: list("rows", rows.rows, { total: rows.total }),
    reads: counted(rows),
  };
};

const ticketGet: ToolFunction = async (args, { sql }) => {
  const id = String(args.ticket_id);
  const { rows: [ticket] } = await sql.query("select * from tickets where ticket_id = $1", {
    params: [id],
  });
  if (!ticket) return missing(id);
  const comments = await sql.query(
    "select author, body, created_at from ticket_comments where ticket_id = $1 order by comment_id",
    { params: [id] },
  );
  return {
    status: "executed",
    result: ticketText(ticket, comments.rows),
    reads: [
      { service: "postgres", entity: "tickets", count: 1 },
      { service: "postgres", entity: "ticket_comments", count: comments.total },
    ],
  };
};

/** A ticket with as many of its comments as fit; a long description is cut before they are. */
function ticketText(ticket: Record<string, Json>, comments: Record<string, Json>[]): string {
  const { description, ...fields } = ticket;
  const given = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== ""),
  );
  const shown = JSON.parse(longText({}, "description", String(description), 2048));
  return list("comments", comments, { before: { ...given, ...shown } });
}

function missing(id: string): ToolOutcome {
  return refused("error", `Ticket not found: ${id.slice(0, 60).toWellFormed()}`);
}

const ticketAddComment: ToolFunction = async (args, { sql, actor }) => {
  const id = String(args.ticket_id);
  if (String(args.comment).trim() === "") return refused("invalid", '"comment" must not be empty');
  try {
    // No RETURNING: it would need the right to read what was written.
    await sql.query(
      "insert into ticket_comments (ticket_id, author, body) values ($1, $2, $3)",
      { params: [id, actor, String(args.comment)] },
    );
  } catch (error) {
    if (error instanceof SqlError && error.code === "23503") return missing(id);
    throw error;
  }
  return done({ ok: true, ticket_id: id });
};

const ticketUpdateStatus: ToolFunction = async (args, { sql }) => {
  const id = String(args.ticket_id);
  const status = String(args.status);
  try {
    const { affected } = await sql.query(
      "update tickets set status = $2, updated_at = now() where ticket_id = $1",
      { params: [id, status] },
    );
    return affected === 0 ? missing(id) : done({ ok: true, ticket_id: id, status });
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== "23514") throw error;
    const known = "open, pending, approved, in_progress, resolved, closed, rejected";
    return refused("error", `Unknown status; use one of ${known}`);
  }
};

const vaultRead: ToolFunction = async (args, { sql }) => {
  const path = String(args.path).replace(/^\/*(?:vault\/+)?/, "");
  const { rows: [secret] } = await sql.query(
    "select path, secret, owner, rotated_at from vault where path = $1",
    { params: [path] },
  );
  if (!secret) return refused("error", `No secret at "${path.slice(0, 60).toWellFormed()}"`);
  return done(secret, { service: "postgres", entity: "vault", count: 1 });
};

/** The tool outcome for an error of the database. */
function sqlRefusal(error: unknown): ToolOutcome {
  if (!(error instanceof SqlError)) throw error;
  // 42501: insufficient_privilege.
  const status = error.code === "42501" ? "denied" : "error";
  return refused(status, error.message, error.code === "" ? {} : { code: error.code });
}

function guarded(tool: ToolFunction): ToolFunction {
  return async (args, context: ToolContext) => {
    try {
      return await tool(args, context);
    } catch (error) {
      return sqlRefusal(error);
    }
  };
}

/** The tools that work on the database. */
export const DATABASE_TOOLS: Readonly<Record<string, ToolFunction>> = {
  db_query: guarded(dbQuery),
  ticket_get: guarded(ticketGet),
  ticket_add_comment: guarded(ticketAddComment),
  ticket_update_status: guarded(ticketUpdateStatus),
  vault_read: guarded(vaultRead),
};
