import { PEOPLE, QUERIES, REFUSED } from "./queries.ts";
import type { OpensearchScenario } from "./subject.ts";

const VISITS = {
  1: { time: "2026-02-01T10:00:00Z", user: "ann", n: 1 },
  2: { time: "2026-02-01T11:00:00Z", user: "bob", n: 2 },
  3: { time: "2026-02-03T00:00:00Z", user: "ann", n: 6 },
  4: { time: "2026-02-17T23:59:59Z", user: "cid" },
};

const TEXTS = {
  1: { a: "fox" },
  2: { a: "fox fox dog" },
  3: { a: "dog" },
  4: { a: "the quick fox" },
};

/** What OpenSearch is asked. */
export const OPENSEARCH_SCENARIOS: readonly OpensearchScenario[] = [
  {
    name: "queries find the documents that they mean",
    play: async (subject) => {
      await subject.filled("people", PEOPLE);
      for (const query of QUERIES) {
        await subject.search("people", { query, sort: ["_id"], _source: false });
      }
      await subject.delete("/people", { silent: true });
    },
  },
  {
    name: "queries that cannot be read are refused",
    play: async (subject) => {
      await subject.filled("people", PEOPLE);
      for (const query of REFUSED) await subject.search("people", { query });
      await subject.search("people", { nonsense: true });
      await subject.delete("/people", { silent: true });
    },
  },
  {
    name: "better hits come first",
    play: async (subject) => {
      await subject.filled("texts", TEXTS);
      for (const a of ["fox", "dog", "quick fox", "dog fox"]) {
        await subject.search("texts", { query: { match: { a } } });
      }
      await subject.delete("/texts", { silent: true });
    },
  },
  {
    name: "hits are sorted, paged and cut",
    play: async (subject) => {
      await subject.filled("people", PEOPLE);
      const bodies: unknown[] = [
        { sort: [{ age: "desc" }, { "name.keyword": "asc" }] },
        { sort: [{ born: { order: "asc" } }], size: 2 },
        { sort: [{ born: { order: "asc" } }], size: 2, from: 2 },
        { sort: [{ age: { order: "asc", missing: "_first" } }], _source: ["name", "nested.*"] },
        { sort: [{ nothing: { unmapped_type: "long" } }, "_id"], _source: { excludes: ["n*"] } },
        { sort: ["_id"], size: 1, _source: { includes: ["name", "age"], excludes: ["age"] } },
        { size: 0 },
        { size: 0, track_total_hits: false },
        { size: -1 },
        { from: 9999, size: 10 },
        { sort: "name" },
        { sort: "nothing" },
        { sort: [{ age: "sideways" }] },
      ];
      for (const body of bodies) await subject.search("people", body);
      await subject.get("/people/_search?q=name:lee&sort=age:desc&size=1&_source=name");
      await subject.get("/people/_search?q=lee%20rome&default_operator=AND&_source=false");
      await subject.delete("/people", { silent: true });
    },
  },
  {
    name: "documents are counted in groups",
    play: async (subject) => {
      await subject.filled("visits", VISITS);
      const aggregations: unknown[] = [
        { a: { terms: { field: "user.keyword" } } },
        { a: { terms: { field: "user.keyword", size: 1, order: { _key: "desc" } } } },
        { a: { terms: { field: "n" } } },
        { a: { terms: { field: "user.keyword" }, aggs: { s: { sum: { field: "n" } } } } },
        { a: { date_histogram: { field: "time", calendar_interval: "day" } } },
        { a: { date_histogram: { field: "time", calendar_interval: "month" } } },
        { a: { date_histogram: { field: "time", calendar_interval: "week", min_doc_count: 1 } } },
        { a: { date_histogram: { field: "time", fixed_interval: "12h", min_doc_count: 1 } } },
        { a: { value_count: { field: "n" } }, b: { cardinality: { field: "user.keyword" } } },
        { a: { avg: { field: "n" } }, b: { max: { field: "time" } }, c: { min: { field: "n" } } },
        { a: { min: { field: "nothing" } }, b: { terms: { field: "nothing" } } },
        { a: { terms: { field: "user" } } },
        { a: { mystery: {} } },
        { a: { date_histogram: { field: "time", calendar_interval: "2d" } } },
        { a: { date_histogram: { field: "time" } } },
        { a: { date_histogram: { field: "time", fixed_interval: "1s" } } },
      ];
      for (const aggs of aggregations) await subject.search("visits", { size: 0, aggs });
      await subject.delete("/visits", { silent: true });
    },
  },
  {
    name: "documents are put, replaced, read and deleted",
    play: async (subject) => {
      await subject.delete("/things", { silent: true });
      const path = "/things/_doc/one";
      const now = "?refresh=true";
      await subject.get(path);
      await subject.put(`${path}${now}`, { json: { a: "x", n: 1, when: "2026-02-01" } });
      await subject.put(`${path}${now}`, { json: { a: "y" } });
      await subject.get(path);
      await subject.put("/things/_create/one", { json: { a: "z" } });
      await subject.get("/things/_mapping");
      await subject.get("/things/_count");
      await subject.get("/things/_count?q=a:y");
      await subject.post("/things/_count", { json: { query: { term: { a: "x" } } } });
      await subject.post("/things/_count", { json: { size: 1 } });
      await subject.put("/things/_doc/two", { json: { when: "soon" } });
      await subject.put("/things/_doc/two", { json: { n: "many" } });
      await subject.put("/things/_doc/two", {
        body: "[]",
        headers: { "content-type": "application/json" },
      });
      await subject.put("/Upper/_doc/1", { json: {} });
      await subject.put("/-x/_doc/1", { json: {} });
      await subject.put("/things/_doc/long?refresh=true", { json: { a: "b ".repeat(200) } });
      await subject.search("things", { query: { exists: { field: "a.keyword" } }, _source: false });
      await subject.delete(`${path}${now}`);
      await subject.delete("/things/_doc/never");
      await subject.get(path);
      await subject.delete("/things");
      await subject.delete("/things");
      await subject.delete("/thi*");
    },
  },
  {
    name: "indices are named singly, in lists and by patterns",
    play: async (subject) => {
      await subject.filled("conf-a", { 1: { x: 1 } });
      await subject.filled("conf-b", { 1: { x: 1 }, 2: { x: 2 } });
      const names = [
        ...["conf-a", "conf-a,conf-b", "conf-*", "conf-*,-conf-b", "none", "none-*", "conf-a,none"],
        ...["%2A-b", "conf-%3F"],
      ];
      for (const name of names) await subject.get(`/${name}/_count`);
      await subject.get("/none/_search");
      await subject.get("/none-*/_search");
      await subject.get("/none,conf-a/_count?ignore_unavailable=true");
      await subject.get("/none/_mapping");
      await subject.get("/none/_doc/1");
      await subject.delete("/none/_doc/1");
      await subject.delete("/conf-a", { silent: true });
      await subject.delete("/conf-b", { silent: true });
    },
  },
];
