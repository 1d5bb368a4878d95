/**
 * The SQL process: answers JSON lines on standard input with JSON lines on standard output. It
 * parses, runs and records; whoever started it decides how long it may take, and kills it.
 *
 * @module
 */

import { Database } from "./database.ts";
import type { SqlAnswer, SqlRequest } from "./protocol.ts";
import { buildDump, PgliteEngine } from "./pglite_engine.ts";
import { loadParser, StatementError } from "./statement.ts";

const encoder = new TextEncoder();

function send(answer: SqlAnswer): void {
  const bytes = encoder.encode(`${JSON.stringify(answer)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}

let database: Database | undefined;

function opened(): Database {
  if (!database) throw new Error("The database is not loaded");
  return database;
}

async function answer(request: SqlRequest): Promise<unknown> {
  switch (request.op) {
    case "build": {
      const dump = await buildDump(request.statements);
      await Deno.writeFile(request.save, dump.stream());
      return { bytes: dump.size };
    }
    case "load":
      await loadParser();
      database = await Database.over(
        await PgliteEngine.open(new Blob([await Deno.readFile(request.dump)])),
      );
      return {};
    case "begin":
      return await opened().begin(request);
    case "query":
      return await opened().query(request);
    case "end":
      return await opened().end(request.tables);
    case "verify":
      return await opened().verify();
  }
}

/** SQLSTATE of an error of the database or of the parser; anything else is a broken engine. */
function stateOf(error: unknown): string | undefined {
  if (error instanceof StatementError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)
    ? code
    : undefined;
}

async function serve(): Promise<void> {
  let buffer = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    buffer += chunk;
    for (let end = buffer.indexOf("\n"); end >= 0; end = buffer.indexOf("\n")) {
      const { id, ...request } = JSON.parse(buffer.slice(0, end)) as SqlRequest & { id: number };
      buffer = buffer.slice(end + 1);
      try {
        send({ id, result: await answer(request) ?? null });
      } catch (error) {
        const code = stateOf(error);
        const message = error instanceof Error ? error.message : String(error);
        // Memory that a query made the engine take is never given back.
        send({ id, error: message, code: code ?? "", fatal: !code || code.startsWith("53") });
      }
    }
  }
}

/**
 * Ends the process when whoever started it is gone: a query that never ends would outlive it. A
 * thread of its own, since a query holds this one.
 */
function watchParent(): void {
  const source = `const parent = ${Deno.ppid};
    setInterval(() => { if (Deno.ppid !== parent) Deno.kill(Deno.pid, "SIGKILL"); }, 1000);`;
  new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
}

watchParent();
await serve();
// The watching thread would keep the process alive.
Deno.exit(0);
