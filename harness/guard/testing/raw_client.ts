import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";

/** A client that sends messages as a test writes them and waits for answers by id. */
export class RawClient {
  /** Every message that came, in order. */
  readonly received: JSONRPCMessage[] = [];
  readonly #transport: Transport;
  readonly #waiting = new Map<unknown, (message: JSONRPCMessage) => void>();

  /** Takes over the messages of a transport. */
  constructor(transport: Transport) {
    this.#transport = transport;
    transport.onmessage = (message) => {
      this.received.push(message);
      if ("id" in message && !("method" in message)) this.#waiting.get(message.id)?.(message);
    };
  }

  /** Sends any JSON, well-formed or not. */
  async send(message: object): Promise<void> {
    await this.#transport.send({ jsonrpc: "2.0", ...message } as JSONRPCMessage);
  }

  /** Sends a request and gives its answer. */
  async ask(id: string | number, method: string, params?: object): Promise<JSONRPCMessage> {
    const { promise, resolve } = Promise.withResolvers<JSONRPCMessage>();
    this.#waiting.set(id, resolve);
    await this.send({ id, method, ...(params === undefined ? {} : { params }) });
    return await promise;
  }

  /** Calls a tool; gives the text of its result and whether it is an error, or the error's code. */
  async call(
    id: string | number,
    name: string,
    args: object,
  ): Promise<{ text: string; isError: boolean; code?: number }> {
    const answer = await this.ask(id, "tools/call", { name, arguments: args });
    if ("error" in answer) {
      return { text: answer.error.message, isError: true, code: answer.error.code };
    }
    const { content, isError = false } = (answer as unknown as {
      result: { content: { text: string }[]; isError?: boolean };
    }).result;
    return { text: content.map(({ text }) => text).join("\n"), isError };
  }
}
