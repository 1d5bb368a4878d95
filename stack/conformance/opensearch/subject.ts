import { opensearchPassword } from "../../seed/opensearch.ts";
import { type Answer, type Ask, HttpSubject, type HttpSubjectOptions } from "../http_subject.ts";
import type { Scenario } from "../scenario.ts";

/** A scenario of OpenSearch. */
export type OpensearchScenario = Scenario<OpensearchSubject>;

/** Seed of the twin's accounts. */
export const SEED = 1;

/** What is one run's own: times, places in the log, names of nodes, and the last digits of scores. */
const VARY = [
  ...["took", "_seq_no", "_score", "max_score", "index_uuid", "node"],
  ...["line", "col"],
];

/** OpenSearch, real or the twin. What is written is found at once; the agent's account asks. */
export class OpensearchSubject extends HttpSubject {
  /** Starts a transcript. */
  constructor(options: Pick<HttpSubjectOptions, "baseUrl" | "fetch">) {
    const account = `svc-iam-agent:${opensearchPassword(SEED, "svc-iam-agent")}`;
    super({
      ...options,
      fetch: async (request) => plain(await options.fetch(request)),
      headers: [],
      authorise: (request) => {
        request.headers.set("authorization", `Basic ${btoa(account)}`);
        return Promise.resolve(request);
      },
    });
  }

  /** Sends a request as the agent. */
  override send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    return super.send(method, path, { as: "agent", vary: VARY, ...ask });
  }

  /** Searches an index. */
  search(index: string, json: unknown): Promise<Answer> {
    return this.post(`/${index}/_search`, { json });
  }

  /** Fills an index anew, unseen. */
  async filled(index: string, documents: Readonly<Record<string, unknown>>): Promise<void> {
    await this.delete(`/${index}`, { silent: true });
    for (const [id, json] of Object.entries(documents)) {
      const { status } = await this.put(`/${index}/_doc/${id}?refresh=true`, {
        json,
        silent: true,
      });
      if (status !== 201) throw new Error(`Cannot put document "${id}" into "${index}"`);
    }
  }
}

/** An answer without what only the service's own parsers know: Java's causes, and places in the body. */
async function plain(response: Response): Promise<Response> {
  const { status, headers } = response;
  const text = await response.text();
  if (!headers.get("content-type")?.includes("json")) {
    return new Response(text, { status, headers });
  }
  const kept = JSON.stringify(
    JSON.parse(text),
    (key, value) =>
      key === "caused_by" ? undefined : typeof value === "string" ? placeless(value) : value,
  );
  return new Response(kept, { status, headers });
}

function placeless(text: string): string {
  return text.replace(/^\[\d+:\d+\] /, "").replace(/ at (?:\[\d+:\d+\]|\d+:\d+)$/, "")
    .replace(/ did you mean .*\?$/, "");
}
