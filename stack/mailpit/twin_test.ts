import assert from "node:assert/strict";
import { MAILPIT_INDEXES, seedMailpit } from "../seed/mailpit.ts";
import { seedAccounts } from "../seed/people.ts";
import { WORLD_TIME } from "../seed/random.ts";
import { RowOverlay, RowStore } from "../state/row_store.ts";
import { isExternal, parseAddress } from "./address.ts";
import { mailpitFetch } from "./twin.ts";

const { rows: seeded } = seedMailpit({ seed: 1, accounts: seedAccounts(1, 60) });
const store = new RowStore(seeded, MAILPIT_INDEXES);

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any
  body: any;
}

class Service {
  rows: RowOverlay = new RowOverlay(store);
  #fetch = mailpitFetch(this.rows, { seed: 1, now: () => WORLD_TIME });

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await this.#fetch(
      new Request(`http://mailpit.example.com${path}`, {
        method,
        ...(body === undefined ? {} : { body: text }),
      }),
    );
    const answer = await response.text();
    const json = answer.startsWith("{");
    return { status: response.status, body: json ? JSON.parse(answer) : answer };
  }

  async search(query: string): Promise<string[]> {
    const { body } = await this.ask("GET", `/api/v1/search?query=${encodeURIComponent(query)}`);
    return body.messages.map(({ Subject }: { Subject: string }) => Subject);
  }
}

const mail = {
  From: { Email: "iam-agent@example.com", Name: "Agent" },
  To: [{ Email: "bob.dev@example.com" }],
  Subject: "Role given",
  Text: "repo-writer, see CHG-4101",
};

Deno.test("POST /send keeps a mail that is found, read and deleted again", async () => {
  const service = new Service();
  const sent = await service.ask("POST", "/api/v1/send", {
    ...mail,
    Cc: [{ Email: "maria.manager@example.com" }],
    Bcc: ["x@mail.example.net"],
  });
  assert.equal(sent.status, 200);
  assert.match(sent.body.ID, /^[2-9A-HJ-NP-Za-km-z]{22}$/);
  const [created] = service.rows.changes(0);
  assert.deepEqual([created?.change, created?.id, created?.after?.external, created?.after?.to], [
    "created",
    sent.body.ID,
    true,
    ["bob.dev@example.com", "maria.manager@example.com", "x@mail.example.net"],
  ]);
  const { body } = await service.ask("GET", "/api/v1/messages?limit=1");
  assert.equal(body.messages[0].ID, sent.body.ID);
  assert.deepEqual([body.messages[0].Read, body.messages[0].Snippet], [false, mail.Text]);
  const read = await service.ask("GET", `/api/v1/message/${sent.body.ID}`);
  assert.deepEqual([read.body.Text, read.body.From], [mail.Text, {
    Name: "Agent",
    Address: "iam-agent@example.com",
  }]);
  const after = await service.ask("GET", "/api/v1/messages?limit=1");
  assert.equal(after.body.messages[0].Read, true);
  const gone = await service.ask("DELETE", "/api/v1/messages", { IDs: [sent.body.ID] });
  assert.deepEqual([gone.status, gone.body], [200, "ok"]);
  assert.equal((await service.ask("GET", `/api/v1/message/${sent.body.ID}`)).status, 404);
  assert.deepEqual(service.rows.changes(0), []);
});

Deno.test.each<[unknown, RegExp]>([
  ["{", /JSON/],
  ['"x"', /cannot unmarshal/],
  [{ ...mail, To: "bob" }, /cannot unmarshal .*To/],
  [{ ...mail, From: undefined }, /^error building message: from not set$/],
  [{ ...mail, To: [] }, /^error building message: no recipients \(to, cc, bcc\) set$/],
  [{ ...mail, To: [{ Email: "bob" }] }, /^invalid To address: bob$/],
  [{ ...mail, Cc: [{ Email: "a b@example.com" }] }, /^invalid Cc address/],
  [{ ...mail, Bcc: ["@example.com"] }, /^invalid Bcc address/],
])("POST /send refuses %.80j", async (body, problem) => {
  const service = new Service();
  const { status, body: answer } = await service.ask("POST", "/api/v1/send", body);
  assert.equal(status, 400);
  assert.match(answer.Error, problem);
  assert.deepEqual(service.rows.changes(0), []);
});

Deno.test("GET /messages pages from newest to oldest", async () => {
  const service = new Service();
  const all = (await service.ask("GET", "/api/v1/messages?limit=500")).body;
  assert.deepEqual([all.total, all.count, all.messages_count], [66, 66, 66]);
  const times = all.messages.map(({ Created }: { Created: string }) => Created);
  assert.deepEqual(times, [...times].sort().reverse());
  const first = (await service.ask("GET", "/api/v1/messages")).body;
  assert.deepEqual([first.count, first.start], [50, 0]);
  const rest = (await service.ask("GET", "/api/v1/messages?start=50")).body;
  assert.deepEqual([rest.count, rest.messages[0].ID], [16, all.messages[50].ID]);
  assert.equal((await service.ask("GET", "/api/v1/messages?limit=-3&start=x")).body.count, 50);
  const unread = all.messages.filter(({ Read }: { Read: boolean }) => !Read).length;
  assert.equal(all.unread, unread);
});

Deno.test.each<[string, string[]]>([
  ["CHG-4108", ["Access review for the regulator"]],
  ["chg-4108 regulator", ["Access review for the regulator"]],
  ['"once CHG-4108"', ["Access review for the regulator"]],
  ['"CHG-4108 once"', []],
  ["from:regulator@example.org", ["Request for the access review 2025 Q4"]],
  ["to:dave.contractor", ["Re: audit-admin needed today"]],
  ['subject:"lost phone" !is:read', ["Re: Lost phone"]],
  ["subject:phone is:read", ["Lost phone"]],
  ["subject:phone -from:ivy.helpdesk", ["Lost phone"]],
  ["audit-admin before:2026-02-26T16:00", ["audit-admin needed today"]],
  ["audit-admin before:2026-02-27 after:2026-02-26T16:00", ["Re: audit-admin needed today"]],
  ["tag:case-2291", ["Case 2291: statement"]],
  ["!is:read addressed:clara.compliance", ["INC-2302 logins of carol.ops"]],
  ["CHG-4108 before:never !!!", ["Access review for the regulator"]],
  ["CHG-4108 smaller:1k", ["Access review for the regulator"]],
  ["CHG-4108 larger:1k", []],
  ["from: CHG-4108", ["Access review for the regulator"]],
  ["(a+)+$ no-such-word", []],
])("GET /search finds by %s", async (query, wanted) => {
  assert.deepEqual(await new Service().search(query), wanted);
});

Deno.test("a query without a letter or a digit has no term, and finds everything", async () => {
  assert.equal((await new Service().search("% ---")).length, 50);
});

Deno.test("GET and DELETE /search want a query; DELETE removes what it finds", async () => {
  const service = new Service();
  for (const method of ["GET", "DELETE"]) {
    const { status, body } = await service.ask(method, "/api/v1/search?query=%20");
    assert.deepEqual([status, body], [400, "Error: no search query"]);
  }
  assert.equal((await service.ask("DELETE", "/api/v1/search?query=CHG-4108")).body, "ok");
  assert.deepEqual(await service.search("CHG-4108"), []);
  assert.deepEqual(service.rows.changes(0).map(({ change }) => change), ["deleted"]);
  assert.equal((await service.ask("GET", "/api/v1/none")).status, 404);
  assert.equal((await service.ask("GET", "/api/v1/message/none")).status, 404);
});

Deno.test("a hostile query is read in time", async () => {
  const service = new Service();
  const query = `${"a ".repeat(20_000)}"${"!-".repeat(20_000)}`;
  assert.deepEqual(await service.search(`no-such-word ${query}`), []);
});

Deno.test("parseAddress() reads addresses and isExternal() tells who is outside", () => {
  const cases: [string, string | undefined, boolean][] = [
    ["bob@example.com", "bob@example.com", false],
    ["Bob <bob@mail.example.com>", "bob@mail.example.com", false],
    ["bob@EXAMPLE.COM", "bob@EXAMPLE.COM", false],
    ["bob@example.net", "bob@example.net", true],
    ["bob@notexample.com", "bob@notexample.com", true],
    ["bob@example.com.example.net", "bob@example.com.example.net", true],
    ["bob@ex\u0430mple.com", "bob@ex\u0430mple.com", true],
    ["bob", undefined, false],
    ["@example.com", undefined, false],
    ["bob@", undefined, false],
    ["bob@example.com.", undefined, false],
    ["bob@example.com,eve@example.net", undefined, false],
    ["a@b@example.com", undefined, false],
    ["bob@exam\nple.com", undefined, false],
    [`${"a".repeat(400)}@example.com`, undefined, false],
  ];
  for (const [text, address, external] of cases) {
    assert.equal(parseAddress(text), address, text);
    if (address !== undefined) assert.equal(isExternal(address), external, text);
  }
});
