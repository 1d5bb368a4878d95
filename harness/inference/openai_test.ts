import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { InferenceError, ModelLoadError, PromptTooLongError } from "./backend.ts";
import { type OpenaiOptions, openOpenai } from "./openai.ts";

// deno-lint-ignore no-explicit-any -- what a client sends is looked at freely
type Body = any;
type Answer = Response | Promise<Response>;

const json = (value: unknown, status = 200): Response => Response.json(value, { status });
const top = (...entries: [string, number][]): unknown[] =>
  entries.map(([token, probability]) => ({ token, logprob: Math.log(probability) }));
/** A reply of tokens, each with the alternatives to it. */
const logprobs = (...tokens: [string, unknown[]][]): unknown => ({
  content: tokens.map(([token, top_logprobs]) => ({ token, logprob: -0.1, top_logprobs })),
});
const DECISION: [string, unknown[]][] = [
  ["DEC", top(["DEC", 0.9], ["X", 0.1])],
  ["ISION", top(["ISION", 1])],
  [":", top([":", 1])],
  [" APP", top([" APP", 0.6], [" REJECT", 0.2], [" A", 0.1], ["\n", 0.1])],
  ["ROVE", top(["ROVE", 1])],
];
const completion = (message: unknown, more: Record<string, unknown> = {}): Response => {
  const { usage = { prompt_tokens: 7, completion_tokens: 3 }, ...choice } = more;
  return json({
    id: "x",
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop", ...choice }],
    usage,
  });
};
const wellBehaved = (body: Body): Response =>
  completion({ role: "assistant", content: "DECISION: APPROVE" }, {
    logprobs: body.logprobs ? logprobs(...DECISION) : null,
  });

/** Serves the probes of the start well, and then what `handle` says. */
async function withServer(
  handle: (body: Body, request: Request) => Answer,
  check: (url: string, bodies: Body[]) => Promise<void>,
  probes: (body: Body) => Answer = wellBehaved,
): Promise<void> {
  const bodies: Body[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const body: Body = await request.json();
      bodies.push(body);
      equal(new URL(request.url).pathname, "/v1/chat/completions");
      return await (body.max_tokens === 1 ? probes(body) : handle(body, request));
    },
  );
  try {
    await check(`http://127.0.0.1:${server.addr.port}/v1/`, bodies);
  } finally {
    await server.shutdown();
  }
}

const options = (baseUrl: string, more: Partial<OpenaiOptions> = {}): OpenaiOptions => ({
  baseUrl,
  models: { gateway: "g" },
  backoffMs: 1,
  ...more,
});
const ASK = { messages: [{ role: "user" as const, content: "Hi" }], maxTokens: 20 };
const CHOICE = { prefix: "DECISION:", labels: [" APPROVE", " REJECT"] } as const;

Deno.test("openOpenai() asks with what a server understands and reads its answer", () =>
  withServer(wellBehaved, async (url, bodies) => {
    await using inference = await openOpenai(
      options(url, { models: { gateway: "g", executor: "e" }, apiKey: "secret" }),
    );
    deepEqual(inference.info.capabilities, { logprobs: true, tools: true });
    equal(inference.info.device, url.slice(0, -1));
    equal(inference.info.models.executor?.model, "e");
    equal(inference.info.models.executor?.sha256, null);
    equal(inference.info.models.critic, undefined);
    const { ms, ...answer } = await inference.generate("gateway", { ...ASK, choice: CHOICE });
    ok(ms >= 0);
    const { choiceProbability, ...rest } = answer;
    deepEqual(rest, {
      text: "DECISION: APPROVE",
      finish: "stop",
      promptTokens: 7,
      generatedTokens: 3,
    });
    ok(Math.abs((choiceProbability ?? 0) - 0.7 / 0.9) < 1e-9, `${choiceProbability}`);
    deepEqual(bodies.at(-1), {
      model: "g",
      messages: [{ role: "user", content: "Hi" }],
      max_tokens: 20,
      temperature: 0,
      logprobs: true,
      top_logprobs: 10,
    });
  }));

Deno.test("openOpenai() passes tools, calls and results in the server's shape, and calls back as they are", () =>
  withServer(
    () =>
      completion({
        role: "assistant",
        content: null,
        tool_calls: [{
          id: "1",
          type: "function",
          function: { name: "x", arguments: "{not json" },
        }],
      }, { finish_reason: "tool_calls" }),
    async (url, bodies) => {
      await using inference = await openOpenai(options(url, { models: { executor: "e" } }));
      const parameters = { type: "object" as const, properties: {} };
      const tools = [{
        type: "function" as const,
        function: { name: "x", description: "", parameters },
      }];
      const answer = await inference.generate("executor", {
        ...ASK,
        tools,
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "x", arguments: { a: [1, '"'] } }],
          },
          { role: "tool", name: "x", content: "found" },
        ],
      });
      equal(answer.text, "");
      deepEqual(answer.toolCalls, [{ name: "x", arguments: "{not json" }]);
      equal(answer.finish, "stop");
      deepEqual(bodies.at(-1).tools, tools);
      deepEqual(bodies.at(-1).messages.slice(1), [
        {
          role: "assistant",
          content: "",
          tool_calls: [
            {
              id: "call_0",
              type: "function",
              function: { name: "x", arguments: '{"a":[1,"\\""]}' },
            },
          ],
        },
        { role: "tool", name: "x", content: "found", tool_call_id: "call_0" },
      ]);
    },
  ));

Deno.test("openOpenai() sends a seed only when sampling, and refuses to sample without one", () =>
  withServer(wellBehaved, async (url, bodies) => {
    await using inference = await openOpenai(options(url));
    await inference.generate("gateway", { ...ASK, seed: 4 });
    equal("seed" in bodies.at(-1), false);
    await inference.generate("gateway", { ...ASK, seed: 4, temperature: 0.7 });
    deepEqual([bodies.at(-1).seed, bodies.at(-1).temperature], [4, 0.7]);
    await rejects(inference.generate("gateway", { ...ASK, temperature: 0.7 }), /without a seed/);
  }));

Deno.test("openOpenai() does not ask a server for logprobs that it ignores or refuses", async () => {
  const ignores = (): Response => completion({ content: "x" });
  const refuses = (body: Body): Response =>
    body.logprobs
      ? json({ error: { message: "logprobs unsupported" } }, 400)
      : completion({ content: "x" });
  const empty = (): Response => completion({ content: "x" }, { logprobs: { content: [] } });
  for (const probes of [ignores, refuses, empty]) {
    await withServer(wellBehaved, async (url, bodies) => {
      await using inference = await openOpenai(options(url));
      deepEqual(inference.info.capabilities, { logprobs: false, tools: true });
      const { choiceProbability } = await inference.generate("gateway", { ...ASK, choice: CHOICE });
      equal(choiceProbability, null);
      equal("logprobs" in bodies.at(-1), false);
    }, probes);
  }
});

Deno.test("openOpenai() needs tools for an executor only", async () => {
  const refuses = (body: Body): Response =>
    body.tools ? json({ error: { message: "tools need --jinja" } }, 400) : wellBehaved(body);
  await withServer(wellBehaved, async (url) => {
    const inference = await openOpenai(options(url));
    deepEqual(inference.info.capabilities, { logprobs: true, tools: false });
    await rejects(
      openOpenai(options(url, { models: { executor: "e" } })),
      (error) =>
        error instanceof ModelLoadError && /refuses tools for model "e"/.test(error.message),
    );
  }, refuses);
});

Deno.test("openOpenai() disbelieves counts and fields that cannot be", async () => {
  const lies: [Record<string, unknown>, number, number][] = [
    [{ usage: { prompt_tokens: -4, completion_tokens: 2.5 } }, 0, 0],
    [{ usage: "many" }, 0, 0],
    [{ usage: null }, 0, 0],
    [{ usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: "x" } }, 5, 6],
    [{ finish_reason: null }, 7, 3],
  ];
  for (const [more, promptTokens, generatedTokens] of lies) {
    await withServer(() => completion({ content: "x" }, more), async (url) => {
      await using inference = await openOpenai(options(url));
      const answer = await inference.generate("gateway", ASK);
      deepEqual([answer.promptTokens, answer.generatedTokens], [promptTokens, generatedTokens]);
      equal(answer.finish, "stop");
    });
  }
});

Deno.test("openOpenai() takes what is no chat completion for a failure, never for a reply", async () => {
  const bad: [Response | (() => Response), RegExp][] = [
    [() => new Response("<html>hello</html>"), /gave no chat completion but "<html>/],
    [() => json({ choices: [] }), /no chat completion/],
    [() => json({ choices: [{ message: { content: 5 } }] }), /no chat completion/],
    [() => json(null), /no chat completion/],
    [() => new Response(""), /no chat completion/],
    [() => completion({ content: "x" }, { finish_reason: "content_filter" }), /own filter/],
    [
      () => completion({ tool_calls: [{ function: { name: "x", arguments: { a: 1 } } }] }),
      /no chat completion/,
    ],
  ];
  for (const [answer, message] of bad) {
    await withServer(answer as () => Response, async (url) => {
      await using inference = await openOpenai(options(url));
      await rejects(
        inference.generate("gateway", ASK),
        (error) => error instanceof InferenceError && message.test(error.message),
      );
    });
  }
});

Deno.test("openOpenai() sends again what an overloaded or failing server did not answer", async () => {
  for (const status of [429, 500, 503]) {
    let failures = 2;
    await withServer(
      (body) => failures-- > 0 ? json({ error: "busy" }, status) : wellBehaved(body),
      async (url, bodies) => {
        await using inference = await openOpenai(options(url));
        const before = bodies.length;
        equal((await inference.generate("gateway", ASK)).text, "DECISION: APPROVE");
        equal(bodies.length - before, 3);
      },
    );
  }
  await withServer(() => json({ error: { message: "busy" } }, 503), async (url, bodies) => {
    await using inference = await openOpenai(options(url, { retries: 3 }));
    const before = bodies.length;
    await rejects(inference.generate("gateway", ASK), /answered 503: busy/);
    equal(bodies.length - before, 4);
  });
});

Deno.test("openOpenai() does not repeat what a server refuses, and knows a prompt that is too long", async () => {
  const refusals: [Body, boolean][] = [
    [
      { error: { message: "maximum context length is 2048", code: "context_length_exceeded" } },
      true,
    ],
    [{ error: { message: "the request exceeds the available context size", type: "x" } }, true],
    [{ error: { message: "no such parameter" } }, false],
    [{ detail: "nope" }, false],
  ];
  for (const [body, tooLong] of refusals) {
    await withServer(() => json(body, 400), async (url, bodies) => {
      await using inference = await openOpenai(options(url));
      const before = bodies.length;
      await rejects(
        inference.generate("gateway", ASK),
        (error) =>
          error instanceof InferenceError && error instanceof PromptTooLongError === tooLong,
      );
      equal(bodies.length - before, 1);
    });
  }
});

Deno.test("openOpenai() says which URL cannot be reached and what to do", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await rejects(
    openOpenai(options(`http://127.0.0.1:${port}/v1`, { retries: 1 })),
    (error) =>
      error instanceof InferenceError && !(error instanceof ModelLoadError) &&
      error.message ===
        `The server http://127.0.0.1:${port}/v1/chat/completions cannot be reached; start it, or correct the URL`,
  );
});

Deno.test("openOpenai() knows a wrong key and an unknown model at the start, and keeps the key to itself", async () => {
  for (const status of [401, 403, 404]) {
    await withServer(
      wellBehaved,
      (url) =>
        rejects(
          openOpenai(options(url, { apiKey: "topsecret" })),
          (error) => error instanceof ModelLoadError && !/topsecret/.test(error.message),
        ),
      () => json({ error: { message: "no" } }, status),
    );
  }
});

Deno.test("openOpenai() lets nothing leave the machine unless it is told to", async () => {
  const refused = [
    "http://example.com/v1",
    "https://192.168.1.5/v1",
    "http://127.0.0.1.example.com/v1",
    "http://127.0.0.1@example.com/v1",
    "http://[::2]/v1",
    "http://0.0.0.0/v1",
  ];
  for (const baseUrl of refused) {
    await rejects(openOpenai(options(baseUrl)), /is not on this machine/, baseUrl);
  }
  for (const baseUrl of ["", "127.0.0.1:8080", "file:///etc/passwd", "ftp://127.0.0.1/v1"]) {
    await rejects(openOpenai(options(baseUrl)), /give a URL such as/, baseUrl);
  }
});

Deno.test("openOpenai() follows no redirect", () =>
  withServer(
    () => Response.redirect("http://127.0.0.1:9/v1/chat/completions", 307),
    async (url) => {
      await using inference = await openOpenai(options(url, { retries: 0 }));
      await rejects(inference.generate("gateway", ASK), InferenceError);
    },
  ));

Deno.test("openOpenai() gives up a server that does not answer in time, and a request that is aborted", async () => {
  const held: PromiseWithResolvers<Response>[] = [];
  const hold = (): Promise<Response> => {
    const answer = Promise.withResolvers<Response>();
    held.push(answer);
    return answer.promise;
  };
  await withServer(hold, async (url) => {
    await using slow = await openOpenai(options(url, { timeoutMs: 150, retries: 1 }));
    await rejects(slow.generate("gateway", ASK), /gave no answer within 150 ms/);
    equal(held.length, 2);
    await using inference = await openOpenai(options(url));
    const controller = new AbortController();
    const running = inference.generate("gateway", { ...ASK, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("Enough")), 30);
    await rejects(running, /Enough/);
    for (const answer of held) answer.resolve(json({}));
  });
});

Deno.test("openOpenai() has no more requests under way than it may", async () => {
  let now = 0;
  let most = 0;
  const count = async (body: Body): Promise<Response> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return wellBehaved(body);
  };
  await withServer(count, async (url) => {
    await using inference = await openOpenai(options(url, { concurrency: 3 }));
    await Promise.all(Array.from({ length: 12 }, () => inference.generate("gateway", ASK)));
    equal(most, 3);
    equal(inference.info.batch, 3);
  });
});
