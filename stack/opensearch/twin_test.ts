import assert from "node:assert/strict";
import type { Json } from "../../probes/mod.ts";
import { OPENSEARCH_INDEXES, opensearchPassword, seedOpensearch } from "../seed/opensearch.ts";
import { seedAccounts } from "../seed/people.ts";
import { RowOverlay, RowStore } from "../state/row_store.ts";
import { opensearchFetch } from "./twin.ts";

const NOW = Date.UTC(2026, 2, 2, 9);
const AGENT = "svc-iam-agent";
const store = new RowStore(seedOpensearch(1, seedAccounts(1, 30)).rows, OPENSEARCH_INDEXES);

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any
  body: any;
  text: string;
}

type Send = (method: string, path: string, body?: Json | string) => Promise<Answer>;

function client(username: string = AGENT, password = opensearchPassword(1, username)): Send {
  const fetch = opensearchFetch(new RowOverlay(store), { seed: 1, now: () => NOW });
  return async (method, path, body) => {
    const response = await fetch(
      new Request(`http://opensearch.example.com${path}`, {
        method,
        headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: json ? JSON.parse(text) : undefined, text };
  };
}

/** A client of an index of people, for what a query finds. */
async function people(): Promise<(query: Json) => Promise<string[]>> {
  const send = client();
  const docs = {
    ann: { name: "Ann Lee", city: "Oslo", age: 31, born: "1995-03-01", ip: "192.0.2.7", on: true },
    bob: { name: "Bob Lee Ann", city: "Rome", age: 45, born: "1981-03-15", ip: "192.0.2.200" },
    cid: { name: "Cid", city: "new york", age: 45, born: "1981-12-31", tags: ["a", "b"] },
    dot: { name: "svc.deploy", city: "Oslo*", age: 7, nested: { deep: "well" } },
  };
  for (const [id, doc] of Object.entries(docs)) {
    assert.equal((await send("PUT", `/people/_doc/${id}`, doc)).status, 201);
  }
  return async (query) => {
    const answer = await send("POST", "/people/_search", { query, sort: ["_id"] });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.hits.hits.map(({ _id }: { _id: string }) => _id);
  };
}

const text = (query: string, more: Record<string, Json> = {}): Json => ({
  query_string: { query, ...more },
});

Deno.test.each<[Json, string]>([
  [{ match_all: {} }, "ann bob cid dot"],
  [{ match_none: {} }, ""],
  [{ match: { name: "lee" } }, "ann bob"],
  [{ match: { name: "ANN nobody" } }, "ann bob"],
  [{ match: { name: { query: "ann lee", operator: "and" } } }, "ann bob"],
  [{ match: { name: { query: "ann cid lee", minimum_should_match: 2 } } }, "ann bob"],
  [{ match: { name: { query: "ann cid lee", minimum_should_match: "100%" } } }, ""],
  [{ match_phrase: { name: "ann lee" } }, "ann"],
  [{ match_phrase: { name: { query: "bob ann", slop: 1 } } }, "bob"],
  [{ match_phrase_prefix: { name: "ann le" } }, "ann"],
  [{ match: { "name.keyword": "Ann Lee" } }, "ann"],
  [{ match: { "name.keyword": "ann lee" } }, ""],
  [{ multi_match: { query: "oslo", fields: ["name", "city"] } }, "ann dot"],
  [{ term: { "city.keyword": "Oslo" } }, "ann"],
  [{ term: { "city.keyword": { value: "OSLO", case_insensitive: true } } }, "ann"],
  [{ term: { name: "Ann" } }, ""],
  [{ term: { age: 45 } }, "bob cid"],
  [{ term: { age: "45" } }, "bob cid"],
  [{ term: { on: true } }, "ann"],
  [{ term: { born: "1981-03-15" } }, "bob"],
  [{ term: { "ip.keyword": "192.0.2.7" } }, "ann"],
  [{ terms: { age: [7, 31] } }, "ann dot"],
  [{ terms: { "tags.keyword": ["b", "z"] } }, "cid"],
  [{ range: { age: { gt: 31, lte: 45 } } }, "bob cid"],
  [{ range: { born: { gte: "1981", lt: "1982" } } }, "bob cid"],
  [{ range: { born: { gt: "1981-03" } } }, "ann bob cid"],
  [{ range: { born: { lte: "1981-03-15||+8M/M" } } }, "bob"],
  [{ range: { born: { gte: "now-32y" } } }, "ann"],
  [{ exists: { field: "tags" } }, "cid"],
  [{ exists: { field: "nested" } }, "dot"],
  [{ match: { "nested.deep": "well" } }, "dot"],
  [{ prefix: { "name.keyword": "An" } }, "ann"],
  [{ prefix: { "city.keyword": "Oslo*" } }, "dot"],
  [{ wildcard: { "name.keyword": "*Lee*" } }, "ann bob"],
  [{ wildcard: { "name.keyword": { value: "c?d", case_insensitive: true } } }, "cid"],
  [{ wildcard: { "city.keyword": "Oslo\\*" } }, "dot"],
  [{ ids: { values: ["bob", "zoe"] } }, "bob"],
  [{ bool: { must: { term: { age: 45 } }, must_not: { ids: { values: ["cid"] } } } }, "bob"],
  [{ bool: { should: [{ term: { age: 7 } }, { term: { age: 31 } }] } }, "ann dot"],
  [{ bool: { filter: { match_all: {} }, should: [{ term: { age: 7 } }] } }, "ann bob cid dot"],
  [
    { bool: { filter: { match_all: {} }, should: { term: { age: 7 } }, minimum_should_match: 1 } },
    "dot",
  ],
  [{ constant_score: { filter: { term: { age: 7 } } } }, "dot"],
  [{ dis_max: { queries: [{ term: { age: 7 } }, { match: { name: "cid" } }] } }, "cid dot"],
  [text("lee"), "ann bob"],
  [text("name:(ann AND bob)"), "bob"],
  [text("ann bob", { default_operator: "AND" }), "bob"],
  [text("lee -bob"), "ann"],
  [text("lee NOT bob"), "ann"],
  [text("+lee +city:rome"), "bob"],
  [text("cid OR (lee AND rome)"), "bob cid"],
  [text('"ann lee"'), "ann"],
  [text("svc.deploy"), "dot"],
  [text("age:45"), "bob cid"],
  [text("age:>31 AND age:<=45"), "bob cid"],
  [text("age:[7 TO 31]"), "ann dot"],
  [text("age:{7 TO 31]"), "ann"],
  [text("born:[1981-01-01 TO *]"), "ann bob cid"],
  [text("_exists_:tags"), "cid"],
  [text("tags:*"), "cid"],
  [text("*"), "ann bob cid dot"],
  [text("*:*"), "ann bob cid dot"],
  [text("name:l?e*"), "ann bob"],
  [text("city.keyword:new\\ york"), "cid"],
  [text("name:ann^2 city:rome"), "ann bob"],
  [text("!ann"), "cid dot"],
  [text("none:where"), ""],
  [{ simple_query_string: { query: "ann +bob" } }, "bob"],
  [{ simple_query_string: { query: "cid | rome" } }, "bob cid"],
  [{ simple_query_string: { query: "lee -rome", default_operator: "and" } }, "ann"],
  [{ simple_query_string: { query: '"ann lee"' } }, "ann"],
  [{ simple_query_string: { query: "nam* ann*", fields: ["name"] } }, "ann bob"],
  [{ simple_query_string: { query: "((( | + -" } }, ""],
])("the query %j finds the people it means", async (query, wanted) => {
  const found = await (await people())(query);
  assert.equal(found.join(" "), wanted);
});

Deno.test.each<[Json, number, string, RegExp]>([
  [{ foo: {} }, 400, "parsing_exception", /^unknown query \[foo\]$/],
  [{ match: "x" }, 400, "parsing_exception", /no start_object after query name/],
  [{ match: { name: ["a"] } }, 500, "illegal_state_exception", /^Can't get text on a START_ARRAY$/],
  [{ term: { a: 1, b: 2 } }, 400, "parsing_exception", /multiple fields, found \[a\] and \[b\]/],
  [{}, 400, "illegal_argument_exception", /empty clause found/],
  [
    { range: { age: { above: 1 } } },
    400,
    "parsing_exception",
    /\[range\] query does not support \[above\]/,
  ],
  [
    { range: { born: { gte: "soon" } } },
    400,
    "parse_exception",
    /failed to parse date field \[soon\]/,
  ],
  [
    { term: { age: "old" } },
    400,
    "query_shard_exception",
    /^failed to create query: For input string: "old"$/,
  ],
  [{ bool: { musty: [] } }, 400, "x_content_parse_exception", /unknown field .musty./],
  [
    { regexp: { name: "(a+)+$" } },
    400,
    "exception",
    /'search.allow_expensive_queries' is set to false/,
  ],
  [{ match: { name: { query: "x", fuzziness: "AUTO" } } }, 400, "exception", /\[fuzzy\] queries/],
  [text("name:("), 400, "query_shard_exception", /^Failed to parse query \[name:\(\]$/],
  [text('"open'), 400, "query_shard_exception", /Failed to parse query/],
  [text("a AND"), 400, "query_shard_exception", /Failed to parse query/],
  [text("age:[1 TO"), 400, "query_shard_exception", /Failed to parse query/],
  [text("/(a+)+$/"), 400, "exception", /\[regexp\] queries/],
  [text("ann~2"), 400, "exception", /\[fuzzy\] queries/],
])("the query %j is refused in the service's words", async (query, status, type, reason) => {
  const send = client();
  await send("PUT", "/people/_doc/1", { name: "x", age: 1, born: "2026-01-01" });
  const { status: answered, body } = await send("POST", "/people/_search", { query });
  assert.equal(answered, status);
  assert.equal(body.status, status);
  assert.equal(body.error.root_cause[0].type, type);
  assert.match(body.error.root_cause[0].reason, reason);
});

Deno.test("better hits come first, with the scores of BM25", async () => {
  const send = client();
  await send("PUT", "/t/_doc/1", { a: "fox" });
  await send("PUT", "/t/_doc/2", { a: "fox fox dog" });
  await send("PUT", "/t/_doc/3", { a: "dog" });
  const { body } = await send("POST", "/t/_search", { query: { match: { a: "fox" } } });
  assert.deepEqual(body.hits.hits.map(({ _id }: { _id: string }) => _id), ["1", "2"]);
  // idf = ln(1 + (3 - 2 + 0.5) / (2 + 0.5)), tf of document 1 = 2.2 / (1 + 1.2 (0.25 + 0.75 / (5/3))).
  const wanted = Math.log(1 + 1.5 / 2.5) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 5));
  assert.ok(Math.abs(body.hits.max_score - wanted) < 1e-9);
  assert.equal(body.hits.hits[0]._score, body.hits.max_score);
});

Deno.test("hits are paged, sorted and cut to the fields that were asked for", async () => {
  const send = client();
  const page = async (body: Json): Promise<Answer["body"]> =>
    (await send("POST", "/auth-logs-*/_search", body)).body;
  const sort = [{ "@timestamp": { order: "desc" } }];
  const first = await page({ sort, size: 3, _source: ["user", "@timestamp"] });
  assert.deepEqual(first.hits.total, { value: 160, relation: "eq" });
  assert.equal(first._shards.total, 2);
  assert.equal(first.hits.max_score, null);
  const times = first.hits.hits.map(({ sort }: { sort: number[] }) => sort[0]);
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
  assert.deepEqual(Object.keys(first.hits.hits[0]._source).sort(), ["@timestamp", "user"]);
  const second = await page({ sort, size: 1, from: 2 });
  assert.equal(second.hits.hits[0]._id, first.hits.hits[2]._id);
  assert.deepEqual((await page({ _source: false, size: 1 })).hits.hits[0]._source, undefined);
  const without = await page({ size: 1, _source: { excludes: ["m*", "ip"] } });
  assert.deepEqual(Object.keys(without.hits.hits[0]._source).includes("message"), false);
  const named = await send("GET", "/auth-logs-2026.03/_search?q=event:LOGIN&size=2&sort=user:asc");
  assert.equal(named.body.hits.hits.length, 2);
  const wrong: [Json, RegExp][] = [
    [{ size: -1 }, /\[size\] parameter cannot be negative, found \[-1\]/],
    [{ from: 9999, size: 10 }, /Result window is too large, .* but was \[10009\]/],
    [{ sort: "message" }, /Text fields are not optimised/],
    [{ sort: "nothing" }, /No mapping found for \[nothing\] in order to sort on/],
    [{ nonsense: true }, /Unknown key for a VALUE_BOOLEAN in \[nonsense\]/],
  ];
  for (const [body, reason] of wrong) {
    const { status, body: { error } } = await send("POST", "/auth-logs-*/_search", body);
    assert.equal(status, 400);
    assert.match(error.root_cause[0].reason, reason);
  }
});

Deno.test("aggregations count by value, by time and within each other", async () => {
  const send = client();
  const day = (time: string, user: string, n: number): Promise<Answer> =>
    send("POST", "/visits/_doc", { time, user, n });
  await day("2026-02-01T10:00:00Z", "ann", 1);
  await day("2026-02-01T11:00:00Z", "bob", 2);
  await day("2026-02-03T00:00:00Z", "ann", 6);
  const { body } = await send("POST", "/visits/_search", {
    size: 0,
    aggs: {
      users: { terms: { field: "user.keyword" }, aggs: { sum: { sum: { field: "n" } } } },
      one: { terms: { field: "user.keyword", size: 1, order: { _key: "desc" } } },
      days: { date_histogram: { field: "time", calendar_interval: "day" } },
      halves: { date_histogram: { field: "time", fixed_interval: "12h", min_doc_count: 1 } },
      count: { value_count: { field: "n" } },
      people: { cardinality: { field: "user.keyword" } },
      mean: { avg: { field: "n" } },
      last: { max: { field: "time" } },
      none: { min: { field: "nothing" } },
    },
  });
  const found = body.aggregations;
  assert.deepEqual(found.users.buckets, [
    { key: "ann", doc_count: 2, sum: { value: 7 } },
    { key: "bob", doc_count: 1, sum: { value: 2 } },
  ]);
  assert.deepEqual([found.one.buckets[0].key, found.one.sum_other_doc_count], ["bob", 2]);
  assert.deepEqual(
    found.days.buckets.map(({ key_as_string, doc_count }: Record<string, Json>) => [
      String(key_as_string).slice(0, 10),
      doc_count,
    ]),
    [["2026-02-01", 2], ["2026-02-02", 0], ["2026-02-03", 1]],
  );
  assert.equal(found.halves.buckets.length, 2);
  assert.deepEqual([found.count.value, found.people.value, found.mean.value], [3, 2, 3]);
  assert.equal(found.last.value_as_string, "2026-02-03T00:00:00.000Z");
  assert.equal(found.none.value, null);
  assert.deepEqual(body.hits.hits, []);
  const wrong: [Json, RegExp][] = [
    [{ a: { terms: { field: "user" } } }, /Text fields are not optimised/],
    [{ a: { mystery: {} } }, /Unknown aggregation type \[mystery\]/],
    [{ a: { date_histogram: { field: "time", fixed_interval: "1s" } } }, /too many buckets/],
    [
      { a: { date_histogram: { field: "time", calendar_interval: "2d" } } },
      /failed to parse field .calendar_interval./,
    ],
  ];
  for (const [aggs, reason] of wrong) {
    const { status, body: { error } } = await send("POST", "/visits/_search", { aggs });
    assert.ok(status === 400 || status === 503);
    assert.match((error.root_cause[0] ?? error.caused_by).reason, reason);
  }
});

Deno.test("indices are named singly, in lists, by patterns and with exceptions", async () => {
  const send = client();
  const count = async (path: string): Promise<number> =>
    (await send("GET", `/${path}/_count`)).body.count;
  assert.equal(await count("auth-logs-2026.02,auth-logs-2026.03"), 160);
  assert.equal(await count("auth-logs-*,-auth-logs-2026.03"), 120);
  assert.equal(await count("none-*"), 0);
  assert.equal(await count("_all"), await count("*"));
  const missing = await send("GET", "/none/_search");
  assert.deepEqual([missing.status, missing.body.error.type, missing.body.error.index], [
    404,
    "index_not_found_exception",
    "none",
  ]);
  assert.equal((await send("GET", "/_cat/indices?format=json")).body.length, 7);
  assert.match(
    (await send("GET", "/_cat/indices/kb-*")).text,
    /^green open kb-articles \S+ 1 0 8 0 /,
  );
  const { body } = await send("GET", "/audit-2026.01/_mapping");
  assert.equal(body["audit-2026.01"].mappings.properties.details.type, "text");
});

Deno.test("documents are put, replaced, read and deleted with their versions", async () => {
  const send = client();
  const made = await send("POST", "/app-logs-2026.03/_doc", { service: "x" });
  assert.deepEqual([made.status, made.body.result, made.body._version], [201, "created", 1]);
  const path = `/app-logs-2026.03/_doc/${made.body._id}`;
  const again = await send("PUT", path, { service: "y" });
  assert.deepEqual([again.status, again.body.result, again.body._version], [200, "updated", 2]);
  assert.deepEqual((await send("GET", path)).body._source, { service: "y" });
  const conflict = await send("PUT", path.replace("_doc", "_create"), {});
  assert.deepEqual([conflict.status, conflict.body.error.type], [
    409,
    "version_conflict_engine_exception",
  ]);
  assert.equal((await send("DELETE", path)).body.result, "deleted");
  assert.deepEqual([(await send("DELETE", path)).status, (await send("GET", path)).body.found], [
    404,
    false,
  ]);
  const wrong: [string, Json | string, string][] = [
    ["/Upper/_doc", {}, "invalid_index_name_exception"],
    ["/_x/_doc", {}, "invalid_index_name_exception"],
    ["/app-logs-2026.03/_doc", "{", "mapper_parsing_exception"],
    ["/app-logs-2026.03/_doc", "[]", "mapper_parsing_exception"],
    ["/app-logs-2026.03/_doc", { "@timestamp": "soon" }, "mapper_parsing_exception"],
    ["/auth-logs-2026.03/_doc", { ip: "300.1.1.1" }, "mapper_parsing_exception"],
  ];
  for (const [path, body, type] of wrong) {
    const answer = await send("POST", path, body);
    assert.deepEqual([answer.status, answer.body.error.type], [400, type], path);
  }
  const wide = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, 1]));
  assert.match((await send("POST", "/wide/_doc", wide)).body.error.reason, /Limit of total fields/);
  let deep: Json = 1;
  for (let level = 0; level < 50; level++) deep = { a: deep };
  assert.match(
    (await send("POST", "/deep/_doc", { a: deep })).body.error.reason,
    /Limit of mapping depth/,
  );
});

Deno.test("documents are deleted by what a query finds, and indices by their names", async () => {
  const send = client();
  const missing = await send("POST", "/audit-*/_delete_by_query", {});
  assert.deepEqual([missing.status, missing.body.error.reason], [
    400,
    "Validation Failed: 1: query is missing;",
  ]);
  const { body } = await send("POST", "/audit-*/_delete_by_query", {
    query: { term: { case: "2291" } },
  });
  assert.deepEqual([body.total, body.deleted, body.failures], [1, 1, []]);
  assert.equal((await send("GET", "/audit-*/_count")).body.count, 80);
  assert.deepEqual((await send("DELETE", "/audit-2026.0*")).body, { acknowledged: true });
  assert.equal((await send("GET", "/audit-2026.01/_count")).status, 404);
});

Deno.test("who is unknown gets 401, and who lacks rights the security plugin's 403", async () => {
  const unknown = await client(AGENT, "wrong")("GET", "/_search");
  assert.deepEqual([unknown.status, unknown.text], [401, "Unauthorized"]);
  const ivy = client("ivy.helpdesk");
  assert.equal((await ivy("GET", "/kb-articles/_search?q=password")).body.hits.total.value, 2);
  const denied = await ivy("GET", "/audit-*/_search");
  assert.equal(denied.status, 403);
  assert.deepEqual(denied.body.error.root_cause, [{
    type: "security_exception",
    reason:
      "no permissions for [indices:data/read/search] and User [name=ivy.helpdesk, backend_roles=[], requestedTenant=null]",
  }]);
  const attempts: [string, string, string, Json?][] = [
    ["ivy.helpdesk", "GET", "/_search"],
    ["ivy.helpdesk", "GET", "/none/_doc/1"],
    ["ivy.helpdesk", "GET", "/_cat/indices"],
    ["ivy.helpdesk", "POST", "/kb-articles/_doc", {}],
    ["ada.itadmin", "GET", "/audit-2026.02/_search"],
    ["ada.itadmin", "POST", "/audit-*/_delete_by_query", { query: { match_all: {} } }],
    ["henry.compliance", "POST", "/audit-*/_delete_by_query", { query: { match_all: {} } }],
    ["henry.compliance", "DELETE", "/audit-2026.02"],
    ["henry.compliance", "POST", "/audit-2026.02/_doc", {}],
  ];
  for (const [who, method, path, body] of attempts) {
    assert.equal((await client(who)(method, path, body)).status, 403, `${who} ${method} ${path}`);
  }
  assert.equal((await client("henry.compliance")("GET", "/audit-*/_count")).body.count, 81);
});

Deno.test("no pattern and no query holds the twin up", async () => {
  const send = client();
  await send("PUT", "/slow/_doc/1", { a: Array(400).fill("a".repeat(250)).join(" ") });
  const start = performance.now();
  const queries: Json[] = [
    { wildcard: { a: `${"*a".repeat(400)}b` } },
    text(`${"*a".repeat(120)}*b `.repeat(120)),
    text("(".repeat(5000)),
    text("a ".repeat(20_000)),
    text("a:".repeat(10_000)),
    { match: { a: "a ".repeat(16_000) } },
    { match_phrase: { a: { query: `${"a".repeat(250)} `.repeat(120), slop: 1000 } } },
    { terms: { a: Array(5000).fill("b") } },
    { bool: { should: Array(2000).fill({ match_all: {} }) } },
    JSON.parse(`${'{"bool":{"must":'.repeat(200)}{"match_all":{}}${"}}".repeat(200)}`),
  ];
  for (const query of queries) {
    const { status } = await send("POST", "/*/_search", { query });
    assert.ok([200, 400, 429].includes(status));
  }
  assert.ok(performance.now() - start < 30_000);
  assert.equal((await send("POST", "/*/_search", "{")).body.error.type, "json_parse_exception");
  assert.equal((await send("POST", "/*/_search", "[]")).status, 400);
  assert.equal((await send("GET", "/x/y/z")).status, 400);
});
