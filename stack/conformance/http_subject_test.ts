import assert from "node:assert/strict";
import { HttpSubject } from "./http_subject.ts";

const ID = "0b7e0c3a-7d5e-4f6a-9b1c-2d3e4f5a6b7c";
const OTHER = "1c8f1d4b-8e6f-4a7b-8c2d-3e4f5a6b7c8d";

function subject(answer: (request: Request) => Response): HttpSubject {
  return new HttpSubject({
    baseUrl: "http://service.example.com",
    fetch: (request) => Promise.resolve(answer(request)),
    authorise: (request, as) => {
      request.headers.set("authorization", as);
      return Promise.resolve(request);
    },
  });
}

Deno.test("HttpSubject writes down what was asked and what differs from run to run by a name", async () => {
  const http = subject(() =>
    Response.json(
      { id: ID, parent: OTHER, made: 1_770_000_000_000, at: "2026-03-02T09:00:00Z", count: 3 },
      { status: 201, headers: { location: `http://service.example.com/things/${OTHER}` } },
    )
  );
  const answer = await http.post("/things", { as: "anna", json: { name: "x" } });
  assert.equal(answer.body.id, ID);
  assert.deepEqual(http.transcript, [{
    asked: 'POST /things as anna {"name":"x"}',
    answer: {
      status: 201,
      headers: { "content-type": "application/json", location: "<base>/things/<id 1>" },
      body: { id: "<id 2>", parent: "<id 1>", made: "<time>", at: "<time>", count: 3 },
    },
  }]);
});

Deno.test("HttpSubject sorts a list without promised order and hides what varies", async () => {
  const http = subject(() =>
    Response.json([{ name: "b", id: ID, lag: 5 }, { name: "a", id: OTHER, lag: 7 }])
  );
  await http.get("/things", { unordered: true, vary: ["lag"] });
  const [exchange] = http.transcript;
  assert.deepEqual((exchange?.answer as { body: unknown }).body, [
    { name: "a", id: "<id 1>", lag: "<…>" },
    { name: "b", id: "<id 2>", lag: "<…>" },
  ]);
});

Deno.test("HttpSubject tells an empty answer from text and keeps silent exchanges out", async () => {
  const bodies = ["", "plain", "null"];
  const http = subject(() => new Response(bodies.shift()));
  await http.get("/1");
  await http.get("/2");
  await http.get("/3");
  await http.get("/4", { silent: true });
  const found = http.transcript.map(({ answer }) => (answer as { body?: unknown }).body);
  assert.deepEqual(found, [undefined, "plain", null]);
});

Deno.test("HttpSubject refuses to ask as somebody when it knows nobody", async () => {
  const http = new HttpSubject({
    baseUrl: "http://service.example.com",
    fetch: () => Promise.resolve(new Response()),
  });
  await assert.rejects(http.get("/", { as: "anna" }), { name: "TypeError" });
});
