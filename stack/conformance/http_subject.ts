import type { Json } from "../../probes/mod.ts";
import { inOrder, Portable } from "./portable.ts";
import type { Exchange, Subject } from "./scenario.ts";

/** Options for {@linkcode HttpSubject}. */
export interface HttpSubjectOptions {
  /** Base address, without a slash at the end. */
  baseUrl: string;
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
  /** Gives a request the credential of someone whom scenarios name. */
  authorise?: (request: Request, as: string) => Promise<Request>;
  /**
   * Headers that are written down, in lower case.
   * @default {["content-type", "location"]}
   */
  headers?: readonly string[];
}

/** What a request carries beside its path. */
export interface Ask {
  /** Who asks; nobody in particular unless named. */
  as?: string;
  /** JSON body. */
  json?: unknown;
  /** Body of another kind, whose type `headers` tells. */
  body?: string | URLSearchParams;
  /** Headers. */
  headers?: Record<string, string>;
  /** Whether the answer is a list whose order the service does not promise. */
  unordered?: boolean;
  /** Keys whose values differ from run to run; they are written down as `"<…>"`. */
  vary?: readonly string[];
  /** Whether the exchange is left out of the transcript: preparation, cleaning up. */
  silent?: boolean;
}

/** An answer as it came. */
export interface Answer {
  /** HTTP status. */
  status: number;
  /** Headers. */
  headers: Headers;
  /** JSON of the body, or its text when it is none; undefined for an empty one. */
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** A service with an HTTP interface, real or a twin. */
export class HttpSubject implements Subject {
  readonly transcript: Exchange[] = [];
  #options: HttpSubjectOptions;
  #portable: Portable;

  /** Starts an empty transcript. */
  constructor(options: HttpSubjectOptions) {
    this.#options = options;
    this.#portable = new Portable(options.baseUrl);
  }

  /** Sends `GET`. */
  get(path: string, ask?: Ask): Promise<Answer> {
    return this.send("GET", path, ask);
  }

  /** Sends `POST`. */
  post(path: string, ask?: Ask): Promise<Answer> {
    return this.send("POST", path, ask);
  }

  /** Sends `PUT`. */
  put(path: string, ask?: Ask): Promise<Answer> {
    return this.send("PUT", path, ask);
  }

  /** Sends `DELETE`. */
  delete(path: string, ask?: Ask): Promise<Answer> {
    return this.send("DELETE", path, ask);
  }

  /** Sends a request, writes it down with its answer, and returns that. */
  async send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const headers = new Headers(ask.headers);
    let body: BodyInit | undefined = ask.body;
    if (ask.json !== undefined) {
      headers.set("content-type", "application/json");
      body = JSON.stringify(ask.json);
    }
    const { baseUrl, fetch, authorise } = this.#options;
    let request = new Request(`${baseUrl}${path}`, {
      method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    if (ask.as !== undefined) {
      if (!authorise) throw new TypeError(`Cannot ask as "${ask.as}": the subject has no accounts`);
      request = await authorise(request, ask.as);
    }
    const response = await fetch(request);
    const answer = {
      status: response.status,
      headers: response.headers,
      body: await read(response),
    };
    if (!ask.silent) this.#write(`${method} ${path}`, ask, answer);
    return answer;
  }

  #write(line: string, ask: Ask, { status, headers, body }: Answer): void {
    const shown = (this.#options.headers ?? ["content-type", "location"])
      .flatMap((name) => headers.has(name) ? [[name, headers.get(name)]] : []);
    const who = ask.as === undefined ? "" : ` as ${ask.as}`;
    const sent = ask.json === undefined ? ask.body?.toString() : JSON.stringify(ask.json);
    const asked = `${line}${who}${sent === undefined ? "" : ` ${sent.slice(0, 300)}`}`;
    const kept = ask.vary ? varied(body, ask.vary) : body;
    const answered = ask.unordered && Array.isArray(kept) ? inOrder(kept) : kept ?? null;
    this.transcript.push({
      asked: this.#portable.text(asked),
      answer: {
        status,
        headers: this.#portable.value(Object.fromEntries(shown)),
        ...(body === undefined ? {} : { body: this.#portable.value(answered) }),
      },
    });
  }
}

async function read(response: Response): Promise<Json | undefined> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function varied(value: Json | undefined, keys: readonly string[]): Json {
  if (value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map((item) => varied(item, keys));
  return Object.fromEntries(
    Object.entries(value).map((
      [key, part],
    ) => [key, keys.includes(key) ? "<…>" : varied(part, keys)]),
  );
}
