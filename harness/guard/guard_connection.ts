import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import {
  type Chain,
  type ConfirmationRequest,
  confirmationRequest,
  type Context,
  type OpenContext,
  type Review,
} from "../../defenses/mod.ts";
import type { Json, ToolCall } from "../../probes/mod.ts";
import { cleanResult, withoutOutputSchemas } from "./_result.ts";
import { type FindingLine, findingLine } from "./finding_line.ts";

/** Codes of JSON-RPC 2.0. */
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

/** Where requests for confirmation go, and where their answers come from. */
export interface ConfirmationDesk {
  /** Says that a call waits; returns when it was approved, or when no answer will come. */
  ask(request: ConfirmationRequest, signal: AbortSignal): Promise<"look-again" | "no-answer">;
}

/** Options for {@linkcode guardConnection}. */
export interface GuardConnectionOptions {
  /** The side of the agent: an MCP client is at its other end. Not started yet. */
  client: Transport;
  /** The side of the server. Not started yet. */
  server: Transport;
  /** The layers; those of the stages "call" and "result" are asked. */
  chain: Chain;
  /** What they may know; one for each connection. */
  context: OpenContext;
  /** Where requests for confirmation go. */
  desk: ConfirmationDesk;
  /** Takes a line on each review. */
  log: (line: FindingLine) => void;
  /** Takes what went wrong beside the protocol. */
  onError?: (error: Error) => void;
}

/**
 * Stands between an MCP client and a server. Messages pass as they are, in both directions, with
 * two exceptions: a `tools/call` goes on only when the chain lets it, as exactly the name and
 * arguments that were reviewed; and its result is reviewed before the client sees it.
 *
 * @returns When both sides are closed.
 * @throws what a side's `start` throws; the other is closed then.
 */
export async function guardConnection(options: GuardConnectionOptions): Promise<void> {
  await new Connection(options).run();
}

interface ForwardedCall {
  call: Readonly<ToolCall>;
  entry: { call: Readonly<ToolCall>; result?: string };
}

class Connection {
  readonly #options: GuardConnectionOptions;
  readonly #id = crypto.randomUUID();
  /** Calls under review, by id, so that they can be cancelled. */
  readonly #reviewed = new Map<RequestId, AbortController>();
  /** Requests that the server has, by id, with the call when it is one. */
  readonly #open = new Map<RequestId, { method: string; forwarded?: ForwardedCall }>();
  /** Reviews are made one after the other: layers that count must not count past each other. */
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: GuardConnectionOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { client, server } = this.#options;
    client.onmessage = (message) => this.#fromClient(message);
    server.onmessage = (message) => this.#fromServer(message);
    for (const side of [client, server]) {
      side.onerror = (error) => this.#options.onError?.(error);
      side.onclose = () => this.#close();
    }
    try {
      await server.start();
      await client.start();
    } catch (error) {
      this.#close();
      await this.#ended.promise;
      throw error;
    }
    await this.#ended.promise;
  }

  #close(): void {
    this.#closing ??= (async () => {
      const gone = new Error("The connection has ended");
      for (const review of this.#reviewed.values()) review.abort(gone);
      // What nobody will answer any more has to end on the client's side too.
      for (const id of [...this.#reviewed.keys(), ...this.#open.keys()]) {
        await this.#fail(id, INTERNAL_ERROR, gone.message);
      }
      await Promise.allSettled([this.#options.server.close(), this.#options.client.close()]);
      this.#ended.resolve();
    })();
  }

  #fromClient(message: JSONRPCMessage): void {
    if (isToolsCall(message)) {
      if (isJSONRPCRequest(message)) this.#background(this.#call(message));
      else this.#options.onError?.(new Error("A tools/call without an id was dropped"));
      return;
    }
    if (isJSONRPCRequest(message)) {
      if (this.#isUsed(message.id)) return this.#background(this.#failUsed(message.id));
      this.#open.set(message.id, { method: message.method });
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      const review = this.#reviewed.get(message.params?.requestId as RequestId);
      if (review !== undefined) return review.abort(new Error("Cancelled by the client"));
    }
    this.#background(this.#options.server.send(message));
  }

  #fromServer(message: JSONRPCMessage): void {
    const isResponse = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    if (!isResponse || message.id === undefined) {
      this.#background(this.#options.client.send(message));
      return;
    }
    const request = this.#open.get(message.id);
    this.#open.delete(message.id);
    if (request === undefined) {
      this.#background(this.#options.client.send(message));
    } else if (isJSONRPCErrorResponse(message)) {
      this.#background(
        request.forwarded === undefined
          ? this.#options.client.send(message)
          : this.#error(message.id, message.error, request.forwarded),
      );
    } else if (request.forwarded !== undefined) {
      this.#background(this.#result(message.id, message.result, request.forwarded));
    } else {
      const { result } = message;
      const rewrites = request.method === "tools/list" && this.#rewrites();
      if (request.method === "initialize" && typeof result.protocolVersion === "string") {
        this.#options.server.setProtocolVersion?.(result.protocolVersion);
      }
      const shown = rewrites ? { ...message, result: withoutOutputSchemas(result) } : message;
      this.#background(this.#options.client.send(shown));
    }
  }

  /** Whether results may come out in other words than the server gave. */
  #rewrites(): boolean {
    return this.#options.chain.layers.some(({ stage, mode, blockingOnly }) =>
      stage === "result" && mode === "enforce" && !blockingOnly
    );
  }

  async #call(request: JSONRPCRequest): Promise<void> {
    const { id } = request;
    if (this.#isUsed(id)) return await this.#failUsed(id);
    const call = readCall(request.params);
    if (typeof call === "string") return await this.#fail(id, INVALID_PARAMS, call);
    const review = new AbortController();
    this.#reviewed.set(id, review);
    try {
      const verdict = await this.#review(id, call, review.signal);
      if (review.signal.aborted) return void this.#open.delete(id);
      if (verdict.verdict !== "allow") return await this.#refuse(id, verdict);
      await this.#forward(request, verdict.subject.call);
    } catch (error) {
      // A cancelled request gets no answer (MCP, "Cancellation").
      if (!review.signal.aborted) throw error;
    } finally {
      this.#reviewed.delete(id);
    }
  }

  /** Reviews a call, and again when an approver has answered. */
  async #review(
    id: RequestId,
    call: ToolCall,
    signal: AbortSignal,
  ): Promise<Review<"call">> {
    while (true) {
      const review = await this.#inTurn(async () => {
        const review = await this.#options.chain.review("call", { call }, this.#context(signal));
        this.#options.log(
          findingLine(review, { connection: this.#id, id, stage: "call", call }),
        );
        // The next call in turn has to find this one among those before it.
        if (review.verdict === "allow" && !signal.aborted) this.#enter(id, review.subject.call);
        return review;
      });
      const requester = this.#options.context.requester?.username;
      if (!waits(review) || requester === undefined) return review;
      const request = confirmationRequest(call, requester);
      if (await this.#options.desk.ask(request, signal) === "no-answer") return review;
    }
  }

  /** Takes a call that goes on into the history. */
  #enter(id: RequestId, call: Readonly<ToolCall>): void {
    const entry = { call };
    this.#options.context.history.push(entry);
    this.#open.set(id, { method: "tools/call", forwarded: { call, entry } });
  }

  async #forward(request: JSONRPCRequest, call: Readonly<ToolCall>): Promise<void> {
    const { id, jsonrpc, method, params } = request;
    const meta = params?._meta;
    await this.#options.server.send({
      jsonrpc,
      id,
      method,
      params: {
        name: call.name,
        arguments: call.arguments,
        ...(meta === undefined ? {} : { _meta: meta }),
      },
    });
  }

  async #result(
    id: RequestId,
    result: Record<string, unknown>,
    { call, entry }: ForwardedCall,
  ): Promise<void> {
    const cleaned = await cleanResult(result, (content) => this.#reviewText(id, call, content));
    if ("stopped" in cleaned) return await this.#refuse(id, cleaned.stopped);
    entry.result = cleaned.text;
    await this.#options.client.send({ jsonrpc: "2.0", id, result: cleaned.result });
  }

  /** An error of a tool is text of others too; what stands beside its message is left out. */
  async #error(
    id: RequestId,
    { code, message }: { code: number; message: string },
    { call, entry }: ForwardedCall,
  ): Promise<void> {
    const review = await this.#reviewText(id, call, message);
    if (review.verdict !== "allow") return await this.#refuse(id, review);
    entry.result = review.subject.content;
    await this.#fail(id, code, review.subject.content);
  }

  async #reviewText(
    id: RequestId,
    call: Readonly<ToolCall>,
    content: string,
  ): Promise<Review<"result">> {
    const review = await this.#inTurn(() =>
      this.#options.chain.review("result", { call, content }, this.#options.context)
    );
    if (review.layers.length > 0) {
      this.#options.log(findingLine(review, { connection: this.#id, id, stage: "result", call }));
    }
    return review;
  }

  /** Answers a call that was stopped as a tool that failed, so that the agent learns of it. */
  async #refuse(id: RequestId, review: Review<"call"> | Review<"result">): Promise<void> {
    const layer = review.layers.find(({ defense }) => defense === review.stoppedBy);
    const digest = layer?.stops === "confirm" ? layer.finding?.evidence?.digest : undefined;
    const text = typeof digest === "string"
      ? `Not called: it waits for a person's approval as request ${digest.slice(0, 12)}. ` +
        "Only that person can give it; try the same call again later"
      : `Stopped by ${review.stoppedBy}: ${
        layer?.finding?.reason ?? "the layer failed, so nothing was done"
      }`;
    await this.#options.client.send({
      jsonrpc: "2.0",
      id,
      result: { content: [{ type: "text", text }], isError: true },
    });
  }

  /** Whether a request with this id has no answer yet: another's answer must not pass for its own. */
  #isUsed(id: RequestId): boolean {
    return this.#reviewed.has(id) || this.#open.has(id);
  }

  #failUsed(id: RequestId): Promise<void> {
    return this.#fail(id, INVALID_REQUEST, `The id ${JSON.stringify(id)} is in use`);
  }

  async #fail(id: RequestId, code: number, message: string): Promise<void> {
    await this.#options.client.send({ jsonrpc: "2.0", id, error: { code, message } })
      .catch((error) => {
        // Once the connection ends, the client may be gone already.
        if (this.#closing === undefined) this.#options.onError?.(error);
      });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** The context with the signal of one call; state and history stay the connection's. */
  #context(signal: AbortSignal): Context {
    return { ...this.#options.context, signal };
  }

  #background(work: Promise<void>): void {
    work.catch((error) => {
      this.#options.onError?.(error);
      // A message that got lost would leave one side waiting for ever.
      this.#close();
    });
  }
}

/** Whether a message asks for a tool in any way that a lenient server might follow. */
function isToolsCall(message: JSONRPCMessage): boolean {
  return "method" in message && message.method.trim().toLowerCase() === "tools/call";
}

function waits({ layers, stoppedBy }: Review<"call">): boolean {
  return layers.find(({ defense }) => defense === stoppedBy)?.stops === "confirm";
}

/** Members of a call's parameters that are reviewed, or that no tool is given. */
const KNOWN = ["name", "arguments", "_meta"];

/**
 * The call of a request, copied; or what is wrong with it. What a server might read beside the
 * reviewed arguments (`task`, `inputResponses`, …) is refused rather than passed on unseen.
 */
function readCall(params: Record<string, unknown> | undefined): ToolCall | string {
  const { name, arguments: args = {} } = params ?? {};
  const stranger = Object.keys(params ?? {}).find((member) => !KNOWN.includes(member));
  if (stranger !== undefined) return `A call with "${stranger}" cannot be guarded: leave it out`;
  if (typeof name !== "string" || name === "") return 'Expected "name" to be a tool\'s name';
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    return 'Expected "arguments" to be an object';
  }
  return { name, arguments: structuredClone(args) as Record<string, Json> };
}
