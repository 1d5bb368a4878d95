import { Hono } from "hono";
import type { RowOverlay } from "../state/row_store.ts";
import { mountCommits } from "./_commits.ts";
import { mountContents } from "./_contents.ts";
import { mountIssues } from "./_issues.ts";
import { mountPulls } from "./_pulls.ts";
import { mountRepos } from "./_repos.ts";
import {
  assignRepo,
  authenticate,
  HttpError,
  needScope,
  notFound,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";

/** Options for {@linkcode giteaFetch}. */
export interface GiteaOptions {
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
}

/**
 * Returns a `fetch` that answers as the REST API of Gitea 1.22, over the given rows: organisations,
 * repositories, files with their commits, issues and pull requests. No port is opened.
 *
 * It does not own Git's own protocols, webhooks, releases or wikis. A merge takes whole files: two
 * branches that changed one file in different ways conflict.
 */
export function giteaFetch(
  rows: RowOverlay,
  { now }: GiteaOptions,
): (request: Request) => Promise<Response> {
  const state = { rows, now };
  return async (request) => await app.fetch(request, state);
}

const app = createApp();

/** Paths below a repository that need the scope of issues instead of that of repositories. */
const TRACKER = /^\/api\/v1\/repos\/[^/]+\/[^/]+\/(?:issues|labels|milestones)(?:\/|$)/;

function createApp(): Hono<TwinEnv> {
  const app = new Hono<TwinEnv>();
  app.onError((error, c) => {
    if (error instanceof HttpError) return c.json(error.body, error.status);
    throw error;
  });
  app.notFound((c) => {
    const { status, body } = notFound();
    return c.json(body, status);
  });
  app.use("/api/v1/*", async (c, next) => {
    c.set("caller", authenticate(c));
    await next();
  });
  app.use("/api/v1/repos/:owner/:repo/*", repository);
  app.use("/api/v1/repos/:owner/:repo", repository);
  mountRepos(app);
  mountContents(app);
  mountCommits(app);
  mountIssues(app);
  mountPulls(app);
  return app;
}

async function repository(c: TwinContext, next: () => Promise<void>): Promise<void> {
  if (c.req.path !== "/api/v1/repos/search" && c.get("repo") === undefined) {
    needScope(c, TRACKER.test(c.req.path) ? "issue" : "repository");
    assignRepo(c);
  }
  await next();
}
