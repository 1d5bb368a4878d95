/**
 * The program inside a plugin's process: loads the bundled plugin, then answers JSON lines on
 * stdio. It shares its realm with the plugin, which can therefore spoil its own answers and
 * nobody else's: every answer is checked by the host.
 *
 * @module
 */

import type { Plugin } from "../sdk/define_plugin.ts";
import type { Answer, Request } from "./_protocol.ts";

const { parse, stringify } = JSON;
const stdout = Deno.stdout;
const encoder = new TextEncoder();

function send(answer: Answer): void {
  const bytes = encoder.encode(stringify(answer) + "\n");
  for (let sent = 0; sent < bytes.length;) sent += stdout.writeSync(bytes.subarray(sent));
}

async function answer(plugin: Plugin, { method, params }: Request): Promise<unknown> {
  if (method === "next") return await plugin.next?.(params) ?? null;
  const { manifest: { suite, family }, probes } = plugin;
  const drafts = typeof probes === "function" ? await probes(params) : probes;
  return drafts.map((draft) => ({ suite, family, ...draft }));
}

// stdout belongs to the protocol: a plugin's console goes to stderr.
console.log = console.info = console.debug = console.error;
// Storage that needs no permission would outlive the cap on memory.
Reflect.deleteProperty(globalThis, "caches");
Reflect.deleteProperty(globalThis, "localStorage");

try {
  // Computed on purpose: a literal import would join the main module's graph, which is read
  // without a permission check.
  const { default: plugin } = await import(String(Deno.args[0])) as { default?: Plugin };
  if (typeof plugin !== "object" || plugin === null) {
    throw new TypeError("Expected definePlugin(...) as the module's default export");
  }
  send({
    id: 0,
    result: { manifest: plugin.manifest, adaptive: typeof plugin.next === "function" },
  });
  let buffer = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    buffer += chunk;
    for (let end = buffer.indexOf("\n"); end >= 0; end = buffer.indexOf("\n")) {
      const request = parse(buffer.slice(0, end)) as Request;
      buffer = buffer.slice(end + 1);
      try {
        send({ id: request.id, result: await answer(plugin, request) });
      } catch (error) {
        send({ id: request.id, error: String(error) });
      }
    }
  }
} catch (error) {
  send({ id: 0, error: String(error) });
}
