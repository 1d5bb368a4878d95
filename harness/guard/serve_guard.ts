import {
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

/** Most connections at once; each has a server process of its own. */
const MAX_CONNECTIONS = 64;

/** Options for {@linkcode serveGuard}. */
export interface ServeGuardOptions {
  /** Port on 127.0.0.1; 0 for any that is free. */
  port: number;
  /** Guards one connection until it ends. */
  connect: (client: Transport) => Promise<void>;
  /** Takes what went wrong. */
  onError: (error: Error) => void;
  /** Ends the server. */
  signal: AbortSignal;
  /** Takes the address when it listens. */
  onListen?: (url: string) => void;
}

/**
 * Serves the guarded server over streamable HTTP at `/mcp` on 127.0.0.1, one guarded connection a
 * session. Requests from pages of other origins are refused, since any page in a browser can reach
 * a port on this machine.
 *
 * @returns When `signal` has aborted and every connection has ended.
 */
export async function serveGuard(options: ServeGuardOptions): Promise<void> {
  const { port, connect, onError, signal, onListen } = options;
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const running = new Set<Promise<void>>();

  /** A transport for a request without a session; what it carries must open one. */
  const open = async (request: Request): Promise<Response> => {
    if (running.size >= MAX_CONNECTIONS) return text(503, "Too many connections");
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    // A transport that has started nothing must not leave a process behind.
    const ready = Promise.withResolvers<void>();
    const done = connect(announcing(transport, ready.resolve)).catch((error) => {
      onError(error);
      ready.reject(error);
    }).finally(() => {
      running.delete(done);
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
    });
    running.add(done);
    try {
      await ready.promise;
    } catch {
      return text(502, "The guarded server could not be started");
    }
    const response = await transport.handleRequest(request);
    if (transport.sessionId === undefined) await transport.close();
    return response;
  };

  const server = Deno.serve(
    {
      port,
      hostname: "127.0.0.1",
      onListen: (address) => onListen?.(`http://127.0.0.1:${address.port}/mcp`),
      onError: (error) => {
        onError(error as Error);
        return text(500, "Internal error");
      },
    },
    async (request) => {
      if (!isLocal(request)) return text(403, "Only for programs on this machine");
      if (new URL(request.url).pathname !== "/mcp") return text(404, "The guard is at /mcp");
      const id = request.headers.get("mcp-session-id");
      if (id === null) return await open(request);
      return await sessions.get(id)?.handleRequest(request) ?? text(404, "No such session");
    },
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.allSettled([...sessions.values()].map((transport) => transport.close()));
  await Promise.allSettled(running);
  await server.shutdown();
}

/** A transport that says when it has started. */
function announcing(
  transport: WebStandardStreamableHTTPServerTransport,
  started: () => void,
): Transport {
  const start = transport.start.bind(transport);
  transport.start = async () => {
    await start();
    started();
  };
  return transport as Transport;
}

function isLocal(request: Request): boolean {
  const names = ["127.0.0.1", "localhost"];
  const origin = request.headers.get("origin");
  const { hostname } = new URL(request.url);
  if (!names.includes(hostname)) return false;
  return origin === null ||
    URL.canParse(origin) && names.includes(new URL(origin).hostname);
}

function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { "content-type": "text/plain" } });
}
