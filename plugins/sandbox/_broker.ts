/**
 * The permission broker's own process: answers a plugin's questions over a Unix socket and writes
 * each with its answer to stdout, a JSON line each. With a broker Deno's flags decide nothing, so
 * that it must: it allows what a plugin may always read, what was granted, and no more.
 *
 * Protocol: https://docs.deno.com/runtime/fundamentals/security/, "Permission broker".
 *
 * @module
 */

import { resolve } from "node:path";

/** What the broker is told on its command line, as JSON. */
export interface BrokerOptions {
  /** Path of the socket. */
  socket: string;
  /** The plugin's folder, which is its working directory too. */
  folder: string;
  /** What it may read beside that, and what else was granted, by kind. */
  granted: Readonly<Partial<Record<string, readonly string[]>>>;
}

/** A question and its answer. */
export interface Asked {
  /** Kind of right: `"read"`, `"net"`, … */
  permission: string;
  /** What it was wanted for, as the plugin wrote it; null for everything of the kind. */
  value: string | null;
  /** Whether it was allowed. */
  allowed: boolean;
}

/** Decides one question; pure. */
export function decide(
  { permission, value }: Pick<Asked, "permission" | "value">,
  { folder, granted }: Omit<BrokerOptions, "socket">,
): boolean {
  if (value === null) return false;
  const named = granted[permission] ?? [];
  if (permission !== "read") return named.includes(value);
  const path = resolve(folder, value);
  return [folder, ...named].some((place) => path === place || path.startsWith(`${place}/`));
}

async function answer(connection: Deno.Conn, options: BrokerOptions): Promise<void> {
  const encoder = new TextEncoder();
  let rest = "";
  for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, permission, value } = JSON.parse(line);
      const asked: Asked = { permission, value, allowed: decide({ permission, value }, options) };
      const reply = { id, result: asked.allowed ? "allow" : "deny", reason: "it was not granted" };
      // The record is out before the plugin goes on: it may be its last act.
      console.log(JSON.stringify(asked));
      await connection.write(encoder.encode(JSON.stringify(reply) + "\n"));
    }
  }
}

if (import.meta.main) {
  const options = JSON.parse(Deno.args[0] ?? "") as BrokerOptions;
  const listener = Deno.listen({ transport: "unix", path: options.socket });
  console.log("ready");
  for await (const connection of listener) answer(connection, options).catch(() => {});
}
