/**
 * The `openai` back end: any server with OpenAI's chat completions, such as mlx_lm.server,
 * llama-server, vLLM, Ollama or LM Studio. What a server can do is tried at the start, because
 * servers ignore in silence what they cannot do.
 *
 * @module
 */

import type {
  GenerateRequest,
  Generation,
  Inference,
  InferenceInfo,
  ModelInfo,
  ModelRole,
} from "./backend.ts";
import { InferenceError, ModelLoadError, PromptTooLongError } from "./backend.ts";
import {
  ChatCompletion,
  choiceFromLogprobs,
  ErrorBody,
  Logprobs,
  wireMessages,
} from "./_chat_completion.ts";

/** Options of {@linkcode openOpenai}. */
export interface OpenaiOptions {
  /** Where the server's API is, with its version: `"http://127.0.0.1:8080/v1"`. */
  baseUrl: string;
  /** Names of the models on the server, by role. */
  models: Partial<Record<ModelRole, string>>;
  /** Key that the server asks for. */
  apiKey?: string;
  /**
   * Longest time for one attempt, in milliseconds.
   * @default {120000}
   */
  timeoutMs?: number;
  /**
   * Most requests at a time.
   * @default {8}
   */
  concurrency?: number;
  /**
   * Whether the server may be on another machine, which then sees all prompts.
   * @default {false}
   */
  remote?: boolean;
  /**
   * How often a request is sent again when the server is overloaded, fails or cannot be reached.
   * @default {4}
   */
  retries?: number;
  /**
   * Wait before the first retry, in milliseconds; it doubles each time.
   * @default {250}
   */
  backoffMs?: number;
}

/** Alternatives asked for at each token; mlx_lm.server allows no more. */
const TOP_LOGPROBS = 10;
const MOST_WAIT_MS = 30_000;

/** The server refused a request: sending it again would not help. */
class RefusedError extends InferenceError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function checkUrl(baseUrl: string, remote: boolean): string {
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new ModelLoadError(
      `Cannot use the server "${baseUrl}": give a URL such as "http://127.0.0.1:8080/v1"`,
    );
  }
  const url = new URL(baseUrl);
  if (!remote && !isLoopback(url.hostname)) {
    throw new ModelLoadError(
      `Cannot use the server "${url.origin}": it is not on this machine and would see all prompts; ` +
        "allow a remote server to use it",
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Lets a number of holders in at a time. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  });
}

/** One server. */
class Server {
  readonly #url: string;
  readonly #options: OpenaiOptions;
  readonly #gate: Gate;

  constructor(url: string, options: OpenaiOptions) {
    this.#url = `${url}/chat/completions`;
    this.#options = options;
    this.#gate = new Gate(options.concurrency ?? 8);
  }

  /** Sends a request until it is answered or refused. */
  complete(body: Record<string, unknown>, signal?: AbortSignal): Promise<ChatCompletion> {
    return this.#gate.pass(async () => {
      const { retries = 4, backoffMs = 250 } = this.#options;
      for (let attempt = 0;; attempt++) {
        signal?.throwIfAborted();
        const { answer, again, retryAfterMs } = await this.#attempt(body, signal);
        if (answer !== undefined) return answer;
        if (attempt >= retries) throw again;
        const pause = Math.max(backoffMs * 2 ** attempt, retryAfterMs ?? 0);
        await wait(Math.min(pause, MOST_WAIT_MS), signal);
      }
    });
  }

  /** One attempt: an answer, or the error to throw when no further attempt is made. */
  async #attempt(
    body: Record<string, unknown>,
    signal: AbortSignal | undefined,
  ): Promise<{ answer?: ChatCompletion; again?: InferenceError; retryAfterMs?: number }> {
    const { apiKey, timeoutMs = 120_000 } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(body),
        // A redirect would carry the prompt to a host that nobody named.
        redirect: "error",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof Deno.errors.NotCapable) throw cause;
      const why = timeout.aborted ? `gave no answer within ${timeoutMs} ms` : "cannot be reached";
      const hint = timeout.aborted ? "raise the timeout" : "start it, or correct the URL";
      return { again: new InferenceError(`The server ${this.#url} ${why}; ${hint}`, { cause }) };
    }
    if (response.ok) return { answer: this.#parse(text) };
    const error = this.#refusal(response.status, text);
    if (response.status !== 429 && response.status < 500) throw error;
    const seconds = Number(response.headers.get("retry-after"));
    return { again: error, ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) };
  }

  #parse(text: string): ChatCompletion {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    const parsed = ChatCompletion.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new InferenceError(
      `The server ${this.#url} gave no chat completion but ${
        JSON.stringify(text.slice(0, 120))
      }; ` +
        "check that the URL is that of an OpenAI-compatible API",
    );
  }

  #refusal(status: number, text: string): InferenceError {
    let message = text.slice(0, 300);
    let code = "";
    try {
      const { error } = ErrorBody.parse(JSON.parse(text));
      message = error.message.slice(0, 300);
      if ("code" in error || "type" in error) code = `${error.code} ${error.type}`;
    } catch {
      // The text as it is tells most.
    }
    const said = `The server ${this.#url} answered ${status}: ${message}`;
    if (status < 500 && /context.?(length|size|window)|too.long/i.test(`${code} ${message}`)) {
      return new PromptTooLongError(`${said}; shorten the conversation or open a greater context`);
    }
    return new RefusedError(said, status);
  }
}

const TRIAL = [{ role: "user", content: "Answer with one word: yes" }];
const TRIAL_TOOL = {
  type: "function",
  function: {
    name: "noop",
    description: "Does nothing",
    parameters: { type: "object", properties: {} },
  },
};

/** What a model on a server can do. */
interface Capabilities {
  logprobs: boolean;
  tools: boolean;
}

async function accepts(
  server: Server,
  body: Record<string, unknown>,
): Promise<ChatCompletion | undefined> {
  try {
    return await server.complete(body);
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status >= 500) throw error;
    if ([401, 403, 404].includes(error.status)) throw new ModelLoadError(error.message);
    return undefined;
  }
}

async function probe(server: Server, model: string): Promise<Capabilities> {
  const trial = { model, messages: TRIAL, max_tokens: 1, temperature: 0 };
  const scored = await accepts(server, { ...trial, logprobs: true, top_logprobs: TOP_LOGPROBS });
  if (scored === undefined && await accepts(server, trial) === undefined) {
    throw new ModelLoadError(`The server refuses a plain request to model "${model}"`);
  }
  const found = Logprobs.safeParse(scored?.choices[0]?.logprobs);
  const logprobs = found.success && found.data.content.some((at) => at.top_logprobs.length > 1);
  return {
    logprobs,
    tools: await accepts(server, { ...trial, tools: [TRIAL_TOOL] }) !== undefined,
  };
}

function requestBody(
  model: string,
  request: GenerateRequest,
  capabilities: Capabilities | undefined,
): Record<string, unknown> {
  const { temperature = 0, seed, tools = [], choice } = request;
  if (temperature > 0 && seed === undefined) {
    throw new InferenceError("Cannot sample without a seed; give one, or temperature 0");
  }
  return {
    model,
    messages: wireMessages(request.messages),
    max_tokens: request.maxTokens,
    temperature,
    // At temperature 0 a seed changes nothing, and mlx_lm.server batches only without one.
    ...(temperature > 0 ? { seed } : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(choice !== undefined && capabilities?.logprobs === true
      ? { logprobs: true, top_logprobs: TOP_LOGPROBS }
      : {}),
  };
}

function toGeneration(
  answer: ChatCompletion,
  request: GenerateRequest,
): Omit<Generation, "ms"> {
  const reply = answer.choices[0];
  if (reply?.finish_reason === "content_filter") {
    throw new InferenceError("The server's own filter withheld the reply; switch the filter off");
  }
  const calls = reply?.message.tool_calls ?? [];
  return {
    text: reply?.message.content ?? "",
    ...(calls.length === 0 ? {} : { toolCalls: calls.map((call) => ({ ...call.function })) }),
    finish: reply?.finish_reason === "length" ? "length" : "stop",
    ...(request.choice === undefined
      ? {}
      : { choiceProbability: choiceFromLogprobs(reply?.logprobs, request.choice) }),
    promptTokens: answer.usage?.prompt_tokens ?? 0,
    generatedTokens: answer.usage?.completion_tokens ?? 0,
  };
}

const modelInfo = (model: string): ModelInfo => ({
  model,
  sha256: null,
  adapter: null,
  adapterSha256: null,
  templateSha256: null,
});

/**
 * Opens models on an OpenAI-compatible server, after trying what the server can do.
 *
 * @param options Where the server is and which models to use.
 * @throws {ModelLoadError} when the URL is no URL, names another machine without `remote`, or the
 * server does not know a model or refuses tools.
 * @throws {InferenceError} when the server cannot be reached.
 * @example
 * ```ts ignore
 * import { openOpenai } from "./mod.ts";
 * await using inference = await openOpenai({
 *   baseUrl: "http://127.0.0.1:8080/v1",
 *   models: { gateway: "gateway-lora", executor: "base" },
 * });
 * ```
 */
export async function openOpenai(options: OpenaiOptions): Promise<Inference> {
  const baseUrl = checkUrl(options.baseUrl, options.remote ?? false);
  const server = new Server(baseUrl, options);
  const wanted = Object.entries(options.models) as [ModelRole, string][];
  if (wanted.length === 0) throw new ModelLoadError("Cannot open no models; name at least one");
  const capabilities = new Map<string, Capabilities>();
  for (const [, model] of wanted) {
    if (!capabilities.has(model)) capabilities.set(model, await probe(server, model));
  }
  const { executor } = options.models;
  if (executor !== undefined && capabilities.get(executor)?.tools !== true) {
    throw new ModelLoadError(
      `The server ${baseUrl} refuses tools for model "${executor}"; start it with tool calling ` +
        'switched on (llama-server: "--jinja", vLLM: "--enable-auto-tool-choice")',
    );
  }
  const found = [...capabilities.values()];
  const info: InferenceInfo = {
    backend: "openai",
    device: baseUrl,
    versions: {},
    threads: null,
    batch: options.concurrency ?? 8,
    kvType: null,
    batchInvariant: null,
    capabilities: {
      logprobs: found.every(({ logprobs }) => logprobs),
      tools: found.every(({ tools }) => tools),
    },
    models: Object.fromEntries(wanted.map(([role, model]) => [role, modelInfo(model)])),
  };
  return {
    info,
    async generate(role: ModelRole, request: GenerateRequest): Promise<Generation> {
      const begun = performance.now();
      const model = options.models[role];
      if (model === undefined) {
        throw new InferenceError(`Cannot ask the ${role}: no model was opened for it`);
      }
      const body = requestBody(model, request, capabilities.get(model));
      const answer = await server.complete(body, request.signal);
      return { ...toGeneration(answer, request), ms: performance.now() - begun };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
