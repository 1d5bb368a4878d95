import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** Name of the cookie that carries the token once the printed address was opened. */
const COOKIE = "argus_viewer";

/** What {@linkcode guardedApp} needs. */
export interface GuardOptions {
  /** Secret of this process; whoever has it may read the runs. */
  token: string;
  /** Port that the server listens on. */
  port: number;
}

/**
 * An app that answers only a browser of this machine that was given the token. The Host header must
 * be the loopback's own, which keeps other names that resolve to it out (DNS rebinding), and an
 * Origin, where there is one, must be ours. Answers are never kept by a cache nor framed.
 */
export function guardedApp({ token, port }: GuardOptions): Hono {
  const app = new Hono();
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  app.use(async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!hosts.includes(host)) return context.text("Unknown host", 421);
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`) {
      return context.text("Cross-origin requests are not answered", 403);
    }
    if (context.req.method !== "GET") return context.text("Only GET is answered", 405);
    const given = context.req.query("token");
    if (given !== undefined && same(given, token)) {
      setCookie(context, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      return context.redirect("/", 303);
    }
    if (!same(getCookie(context, COOKIE) ?? "", token)) {
      return context.text("Open the address that 'deno task view' printed: it holds a token", 401);
    }
    context.header("cache-control", "no-store");
    context.header("x-frame-options", "DENY");
    context.header("x-content-type-options", "nosniff");
    context.header("cross-origin-resource-policy", "same-origin");
    context.header("referrer-policy", "no-referrer");
    await next();
  });
  return app;
}

/** Compares in constant time, whatever the lengths. */
function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array,
    Uint8Array,
  ];
  return a.length === b.length && timingSafeEqual(a, b);
}
