import { viewerApp } from "../viewer/viewer_app.ts";
import type { ViewOptions } from "./commands/view.ts";
import { UsageError } from "./exit.ts";
import { RUNS } from "./find_run.ts";

/** Serves the runs until Ctrl-C. */
export async function view({ port: wanted }: ViewOptions): Promise<void> {
  const token = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const port = wanted ?? freePort();
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  const { fetch } = viewerApp({ runs: RUNS, token, port });
  let server: Deno.HttpServer;
  try {
    server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal: stop.signal,
      onListen: () => console.log(`http://127.0.0.1:${port}/?token=${token}`),
    }, (request) => fetch(request));
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(`Cannot listen on port ${port}: it is in use; leave "--port" out`);
  }
  console.error("the address holds a token of this process; Ctrl-C ends it");
  await server.finished;
}

/** A port that is free now: the Host check needs to know it before the server starts. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
