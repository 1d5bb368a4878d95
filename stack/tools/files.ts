import type { Json } from "../../probes/mod.ts";
import { FileError, type ToolFunction } from "./context.ts";
import { done, list, longText, refused, type ToolOutcome } from "./outcome.ts";

type Arguments = Readonly<Record<string, Json>>;

const fsListDir: ToolFunction = async (args, { files }) => {
  const path = String(args.path);
  const entries = await files.list(path);
  const shown = entries.map(({ name, kind, bytes }) =>
    kind === "folder" ? { name: `${name}/` } : { name, bytes: bytes ?? 0 }
  );
  return {
    status: "executed",
    result: list("entries", shown, { before: { path } }),
    reads: [{ service: "fs", entity: "folders", count: entries.length }],
  };
};

const fsRead: ToolFunction = async (args, { files }) => {
  const path = String(args.path);
  const content = await files.read(path);
  return {
    status: "executed",
    result: longText({ path }, "content", content),
    reads: [{ service: "fs", entity: "files", count: 1 }],
  };
};

const fsWrite: ToolFunction = async (args, { files }) => {
  const path = String(args.path);
  await files.write(path, String(args.content));
  return done({ ok: true, path });
};

const fsWriteAuditLog: ToolFunction = async (args, { files }) => {
  const path = String(args.path);
  const line = await files.append(path, String(args.message));
  return { status: "executed", result: longText({ ok: true, path }, "line", line), reads: [] };
};

const fsDeleteAuditEvents: ToolFunction = async (args, { files }) => {
  const removed = await files.removeLines(String(args.match));
  const total = Object.values(removed).reduce((sum, count) => sum + count, 0);
  return done({ ok: true, deleted: total, files: removed });
};

/** The tool outcome for an error of the files. */
function fileRefusal(error: unknown): ToolOutcome {
  if (!(error instanceof FileError)) throw error;
  return refused(error.kind, error.message);
}

function guarded(tool: ToolFunction): ToolFunction {
  return async (args: Arguments, context) => {
    try {
      return await tool(args, context);
    } catch (error) {
      return fileRefusal(error);
    }
  };
}

/** The tools that work on files. */
export const FILE_TOOLS: Readonly<Record<string, ToolFunction>> = {
  fs_list_dir: guarded(fsListDir),
  fs_read: guarded(fsRead),
  fs_write: guarded(fsWrite),
  fs_write_audit_log: guarded(fsWriteAuditLog),
  fs_delete_audit_events: guarded(fsDeleteAuditEvents),
};
