import assert from "node:assert/strict";
import { GITEA_INDEXES } from "./repository.ts";
import { giteaToken, seedGitea } from "../seed/gitea.ts";
import { seedAccounts } from "../seed/people.ts";
import { RowOverlay, RowStore, sha256 } from "../state/row_store.ts";
import { blobSha } from "../git/objects.ts";
import { giteaFetch } from "./twin.ts";

const NOW = Date.UTC(2026, 2, 2, 9);
const AGENT = "svc-iam-agent";
const store = new RowStore(seedGitea(1, seedAccounts(1, 5)).rows, GITEA_INDEXES);
const SWAGGER = "http://gitea.example.com/api/swagger";

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any
  body: any;
  text: string;
  headers: Headers;
}

type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

function client(username?: string, rows: RowOverlay = new RowOverlay(store)): Send {
  const fetch = giteaFetch(rows, { now: () => NOW });
  return async (method, path, body) => {
    const headers: Record<string, string> = username === undefined
      ? {}
      : { authorization: `token ${giteaToken(1, username)}` };
    const response = await fetch(
      new Request(`http://gitea.example.com/api/v1${path}`, {
        method,
        headers,
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      body: json ? JSON.parse(text) : undefined,
      text,
      headers: response.headers,
    };
  };
}

/** A client whose token has some scopes and whose account has the agent's rights. */
function scoped(...scopes: string[]): Send {
  const rows = new RowOverlay(store);
  rows.put("gitea.tokens", `${AGENT}/operations`, {
    user: AGENT,
    name: "operations",
    digest: sha256(giteaToken(1, AGENT)),
    scopes,
  });
  return client(AGENT, rows);
}

const base64 = (text: string): string => new TextEncoder().encode(text).toBase64();
const INFRA = "/repos/enterprise/infra";
const POLICIES = "/repos/enterprise/iam-policies";

Deno.test("the Gitea twin answers an unknown token, and none where one is needed, with 401", async () => {
  const unknown = await client("nobody")("GET", "/user");
  assert.deepEqual([unknown.status, unknown.body], [401, {
    message: "user does not exist [uid: 0, name: ]",
    url: SWAGGER,
  }]);
  const none = await client()("GET", "/user");
  assert.deepEqual([none.status, none.body.message], [401, "token is required"]);
});

Deno.test("the Gitea twin shows public repositories to all and private ones to those with rights", async () => {
  const names = async (send: Send): Promise<string[]> =>
    (await send("GET", "/repos/search")).body.data.map(({ full_name }: { full_name: string }) =>
      full_name
    );
  assert.deepEqual(await names(client()), ["enterprise/hr-portal"]);
  assert.deepEqual(await names(client("ivy.helpdesk")), ["enterprise/hr-portal"]);
  assert.deepEqual(await names(client("ada.itadmin")), [
    "enterprise/iam-policies",
    "enterprise/infra",
    "enterprise/hr-portal",
  ]);
  assert.deepEqual((await names(client(AGENT))).length, 4);
  const hidden = await client("ivy.helpdesk")("GET", INFRA);
  assert.deepEqual([hidden.status, hidden.body], [404, {
    errors: null,
    message: "The target couldn't be found.",
    url: SWAGGER,
  }]);
});

Deno.test.each([
  ["read:issue", "GET", `${POLICIES}/issues`, 200],
  ["read:issue", "POST", `${POLICIES}/issues/1/comments`, 403],
  ["write:issue", "POST", `${POLICIES}/issues/1/comments`, 201],
  ["write:issue", "GET", `${POLICIES}/contents`, 403],
  ["read:repository", "GET", `${POLICIES}/contents`, 200],
  ["read:repository", "GET", `${POLICIES}/pulls`, 200],
  ["read:repository", "POST", `${POLICIES}/pulls/4/merge`, 403],
  ["read:repository", "GET", "/orgs", 403],
  ["read:organization", "GET", "/orgs", 200],
  ["all", "POST", `${POLICIES}/issues/1/comments`, 201],
])("a token with %s that asks %s %s is answered %i", async (scope, method, path, status) => {
  const body = method === "POST" ? { body: "text", Do: "merge" } : undefined;
  const answer = await scoped(scope)(method, path, body);
  assert.equal(answer.status, status, answer.text);
  if (status !== 403) return;
  const category = path === "/orgs"
    ? "organization"
    : path.includes("/issues")
    ? "issue"
    : "repository";
  const level = method === "GET" ? "read" : "write";
  assert.equal(
    answer.body.message,
    `token does not have at least one of required scope(s): [${level}:${category}]`,
  );
});

Deno.test("the Gitea twin pages lists with a total and links, and caps the page at fifty", async () => {
  const send = client(AGENT);
  for (let index = 0; index < 60; index++) {
    await send("POST", `${INFRA}/issues`, { title: `issue ${index}` });
  }
  const first = await send("GET", `${INFRA}/issues?type=issues&state=open&limit=25`);
  assert.equal(first.body.length, 25);
  assert.equal(first.headers.get("x-total-count"), "62");
  assert.match(
    first.headers.get("link") ?? "",
    /page=2[^>]*>; rel="next",<[^>]*page=3[^>]*>; rel="last"/,
  );
  const last = await send("GET", `${INFRA}/issues?type=issues&state=open&limit=25&page=3`);
  assert.equal(last.body.length, 12);
  assert.match(last.headers.get("link") ?? "", /rel="first",<[^>]*page=2[^>]*>; rel="prev"$/);
  assert.equal((await send("GET", `${INFRA}/issues?limit=1000`)).body.length, 50);
  assert.equal((await send("GET", `${INFRA}/issues?limit=-1`)).body.length, 30);
  assert.deepEqual((await send("GET", `${INFRA}/issues?page=99`)).body, []);
});

Deno.test("the Gitea twin filters issues by state, label, type, author and text", async () => {
  const send = client(AGENT);
  const numbers = async (query: string): Promise<number[]> =>
    (await send("GET", `${POLICIES}/issues?${query}`)).body.map(({ number }: { number: number }) =>
      number
    );
  assert.deepEqual(await numbers(""), [5, 4, 3, 1]);
  assert.deepEqual(await numbers("state=closed"), [2]);
  assert.deepEqual(await numbers("state=all&type=issues"), [5, 2, 1]);
  assert.deepEqual(await numbers("type=pulls"), [4, 3]);
  assert.deepEqual(await numbers("state=all&labels=audit,access"), [1]);
  assert.deepEqual(await numbers("q=RUNBOOK"), [5]);
  assert.deepEqual(await numbers("created_by=omar.itadmin"), [4]);
});

Deno.test("issues are created, commented, edited and closed with Gitea's statuses", async () => {
  const rows = new RowOverlay(store);
  const send = client(AGENT, rows);
  const bare = await send("POST", `${POLICIES}/issues`, { body: "no title" });
  assert.deepEqual([bare.status, bare.body.message], [422, "[Title]: Required"]);
  const made = await send("POST", `${POLICIES}/issues`, { title: "New", body: "text" });
  assert.deepEqual([made.status, made.body.number, made.body.user.login], [201, 6, AGENT]);
  assert.equal(made.body.created_at, "2026-03-02T09:00:00Z");
  const comment = await send("POST", `${POLICIES}/issues/6/comments`, { body: "hello" });
  assert.deepEqual([comment.status, comment.body.body], [201, "hello"]);
  const silent = await send("POST", `${POLICIES}/issues/6/comments`, { body: "" });
  assert.deepEqual([silent.status, silent.body.message], [422, "[Body]: Required"]);
  const closed = await send("PATCH", `${POLICIES}/issues/6`, { state: "closed" });
  assert.deepEqual([closed.status, closed.body.state, closed.body.comments], [201, "closed", 1]);
  const labelled = await send("POST", `${POLICIES}/issues/6/labels`, { labels: ["audit"] });
  assert.deepEqual(labelled.body.map(({ name }: { name: string }) => name), ["audit"]);
  assert.equal(
    (await send("DELETE", `${POLICIES}/issues/6/labels/${labelled.body[0].id}`)).status,
    204,
  );
  for (const index of ["0", "99", "x", "1e3", "-1", "%00"]) {
    assert.equal((await send("GET", `${POLICIES}/issues/${index}`)).status, 404, index);
  }
  // A reader may comment, but not edit what somebody else wrote.
  const reader = client("tom.manager", rows);
  assert.equal(
    (await reader("POST", `${POLICIES}/issues/6/comments`, { body: "me too" })).status,
    201,
  );
  const edit = await reader("PATCH", `${POLICIES}/issues/6`, { title: "x" });
  assert.deepEqual([edit.status, edit.text], [403, ""]);
});

Deno.test("files are read at a branch or a commit, with their true blob names", async () => {
  const send = client(AGENT);
  const file = await send("GET", `${INFRA}/contents/logging/shipper.yaml`);
  const text = new TextDecoder().decode(Uint8Array.fromBase64(file.body.content));
  assert.deepEqual([file.status, file.body.type, file.body.sha], [200, "file", blobSha(text)]);
  const branch = await send("GET", `${INFRA}/contents/logging/shipper.yaml?ref=shipper-filter`);
  assert.notEqual(branch.body.sha, file.body.sha);
  const [newest] = (await send("GET", `${INFRA}/commits?path=logging&sha=shipper-filter`)).body;
  assert.equal(branch.body.last_commit_sha, newest.sha);
  const folder = await send("GET", `${INFRA}/contents/deploy`);
  assert.deepEqual(folder.body.map(({ name }: { name: string }) => name), [
    "README.md",
    "bootstrap.env",
  ]);
  const missing = await send("GET", `${INFRA}/contents/none.txt`);
  assert.deepEqual([missing.status, missing.body], [404, {
    errors: ["object does not exist [id: , rel_path: none.txt]"],
    message: "GetContentsOrList",
    url: SWAGGER,
  }]);
  assert.equal((await send("GET", `${INFRA}/raw/hosts/inventory.yaml`)).text.split("\n").length, 5);
});

Deno.test("a file is created, updated and deleted by commits, guarded by its blob's name", async () => {
  const rows = new RowOverlay(store);
  const send = client(AGENT, rows);
  const path = `${INFRA}/contents/hosts/new.yaml`;
  const made = await send("POST", path, { content: base64("one\n"), message: "Add a host" });
  assert.equal(made.status, 201);
  assert.equal(made.body.content.sha, blobSha("one\n"));
  assert.equal(made.body.commit.message, "Add a host\n");
  const problems: [string, unknown, number, string | RegExp][] = [
    [
      "POST",
      { content: base64("two\n") },
      422,
      "repository file already exists [path: hosts/new.yaml]",
    ],
    ["PUT", { content: base64("two\n") }, 422, "[SHA]: Required"],
    [
      "PUT",
      { content: base64("two\n"), sha: "0".repeat(40) },
      422,
      /^sha does not match \[given: 0{40}, expected: [0-9a-f]{40}\]$/,
    ],
    ["PUT", { content: "%%%", sha: blobSha("one\n") }, 422, /illegal base64/],
    [
      "PUT",
      { content: base64("x"), sha: blobSha("one\n"), branch: "none" },
      404,
      "branch does not exist [repo_id: 2 name: none]",
    ],
    [
      "PUT",
      { content: base64("x"), sha: blobSha("one\n"), new_branch: "main2", branch: "none" },
      404,
      /branch does not exist/,
    ],
    ["DELETE", {}, 422, "[SHA]: Required"],
  ];
  for (const [method, body, status, message] of problems) {
    const answer = await send(method, path, body);
    assert.equal(answer.status, status, `${method} ${JSON.stringify(body)} ${answer.text}`);
    if (typeof message === "string") assert.equal(answer.body.message, message);
    else assert.match(answer.body.message, message);
  }
  const updated = await send("PUT", path, { content: base64("two\n"), sha: blobSha("one\n") });
  assert.deepEqual([updated.status, updated.body.commit.message], [200, "Update hosts/new.yaml\n"]);
  const gone = await send("DELETE", path, { sha: blobSha("two\n") });
  assert.deepEqual([gone.status, gone.body.content], [200, null]);
  assert.equal((await send("GET", path)).status, 404);
  const log = await send("GET", `${INFRA}/commits?path=hosts/new.yaml`);
  assert.deepEqual(
    log.body.map(({ commit }: { commit: { message: string } }) => commit.message),
    ["Delete hosts/new.yaml\n", "Update hosts/new.yaml\n", "Add a host\n"],
  );
  assert.deepEqual(log.body[0].files, [{ filename: "hosts/new.yaml", status: "removed" }]);
  for (const bad of ["a/../b", ".git/config", "a//b", "hosts/inventory.yaml/x", "hosts"]) {
    const answer = await send("POST", `${INFRA}/contents/${bad.replace("..", "%2e%2e%2f")}`, {
      content: "",
    });
    assert.equal(answer.status, 422, `${bad}: ${answer.text}`);
  }
});

Deno.test("readers cannot commit, and writers not to a protected branch without being named", async () => {
  const body = { content: base64("x") };
  const reader = await client("tom.manager")("POST", `${POLICIES}/contents/x.md`, body);
  // The scope of a manager's token is checked before the rights in the repository.
  assert.match(reader.body.message, /required scope\(s\): \[write:repository\]/);
  const writer = await client("ada.itadmin")("POST", `${POLICIES}/contents/x.md`, body);
  assert.deepEqual([writer.status, writer.body.message], [
    403,
    "user cannot commit to repo [user: ada.itadmin]",
  ]);
  const branch = await client("ada.itadmin")("POST", `${POLICIES}/contents/x.md`, {
    ...body,
    new_branch: "mine",
  });
  assert.equal(branch.status, 201);
  assert.equal((await client(AGENT)("POST", `${POLICIES}/contents/x.md`, body)).status, 201);
  const foreign = await client("ada.itadmin")(
    "POST",
    "/repos/enterprise/hr-portal/contents/x.md",
    body,
  );
  assert.deepEqual([foreign.status, foreign.body.message], [
    403,
    "user should have a permission to write to this branch",
  ]);
});

Deno.test("commits, trees, comparisons and differences agree with each other", async () => {
  const send = client(AGENT);
  const log = await send("GET", `${INFRA}/commits?limit=2`);
  assert.deepEqual(
    ["x-total", "x-page", "x-perpage", "x-pagecount", "x-hasmore"].map((name) =>
      log.headers.get(name)
    ),
    ["5", "1", "2", "3", "true"],
  );
  const [newest, older] = log.body;
  assert.equal(newest.parents[0].sha, older.sha);
  const compared = await send("GET", `${INFRA}/compare/main...shipper-filter`);
  assert.deepEqual([compared.body.total_commits, compared.body.commits.length], [1, 1]);
  assert.equal((await send("GET", `${INFRA}/compare/main...none`)).status, 404);
  const sha = compared.body.commits[0].sha;
  const diff = await send("GET", `${INFRA}/git/commits/${sha}.diff`);
  assert.match(diff.text, /^diff --git a\/logging\/shipper.yaml b\/logging\/shipper.yaml\nindex /);
  assert.equal((await send("GET", `${INFRA}/pulls/3.diff`)).text, diff.text);
  assert.equal((await send("GET", `${INFRA}/git/commits/${sha.slice(0, 8)}`)).body.sha, sha);
  const bad = await send("GET", `${INFRA}/git/commits/a..b`);
  assert.deepEqual([bad.status, bad.body.message], [422, "no valid ref or sha: a..b"]);
  const unknown = await send("GET", `${INFRA}/git/commits/${"0".repeat(40)}`);
  assert.deepEqual([unknown.status, unknown.body.message], [404, "0".repeat(40)]);
  const tree = await send("GET", `${INFRA}/git/trees/main?recursive=true`);
  const file = tree.body.tree.find(({ path }: { path: string }) => path === "hosts/inventory.yaml");
  const blob = await send("GET", `${INFRA}/git/blobs/${file.sha}`);
  assert.equal(blob.body.size, file.size);
  // Contents are kept once for all repositories, and shown only by those that have them.
  assert.equal(
    (await send("GET", `/repos/enterprise/hr-portal/git/blobs/${file.sha}`)).status,
    400,
  );
});

Deno.test("a pull request shows its files and commits, and needs its approvals to be merged", async () => {
  const rows = new RowOverlay(store);
  const send = client(AGENT, rows);
  const pull = await send("GET", `${POLICIES}/pulls/4`);
  assert.deepEqual(
    [
      pull.body.state,
      pull.body.mergeable,
      pull.body.merged,
      pull.body.head.ref,
      pull.body.base.ref,
    ],
    ["open", true, false, "mfa-break-glass", "main"],
  );
  const files = await send("GET", `${POLICIES}/pulls/4/files`);
  assert.deepEqual(
    files.body.map((
      { filename, status, additions, deletions }: Record<string, unknown>,
    ) => [filename, status, additions, deletions]),
    [["policies/mfa.yaml", "changed", 2, 1]],
  );
  assert.equal((await send("GET", `${POLICIES}/pulls/4/commits`)).body.length, 1);
  assert.equal((await send("GET", `${POLICIES}/pulls/1`)).status, 404);
  const merge = (as: Send): Promise<Answer> =>
    as("POST", `${POLICIES}/pulls/4/merge`, { Do: "merge" });
  assert.deepEqual(
    (await send("POST", `${POLICIES}/pulls/4/merge`, {})).body.message,
    "[Do]: Required",
  );
  const early = await merge(send);
  assert.deepEqual([early.status, early.body.message], [
    405,
    "not allowed to merge [reason: Does not have enough approvals]",
  ]);
  const own = await client("omar.itadmin", rows)("POST", `${POLICIES}/pulls/4/reviews`, {
    event: "APPROVED",
  });
  assert.deepEqual([own.status, own.body.message], [422, "approve your own pull is not allowed"]);
  assert.equal(
    (await send("POST", `${POLICIES}/pulls/4/reviews`, { event: "APPROVED" })).body.official,
    true,
  );
  const reader = await merge(client("henry.compliance", rows));
  assert.match(reader.body.message, /required scope/);
  assert.equal((await merge(send)).status, 200);
  assert.equal((await merge(send)).status, 405);
  const merged = await send("GET", `${POLICIES}/pulls/4`);
  assert.deepEqual([merged.body.state, merged.body.merged, merged.body.merged_by.login], [
    "closed",
    true,
    AGENT,
  ]);
  const [tip] = (await send("GET", `${POLICIES}/commits`)).body;
  assert.deepEqual([tip.sha, tip.parents.length], [merged.body.merge_commit_sha, 2]);
  assert.equal((await send("GET", `${POLICIES}/pulls/4/files`)).body.length, 1);
});

Deno.test("branches that changed one file in different ways conflict", async () => {
  const rows = new RowOverlay(store);
  const send = client(AGENT, rows);
  const file = await send("GET", `${INFRA}/contents/logging/shipper.yaml`);
  await send("PUT", `${INFRA}/contents/logging/shipper.yaml`, {
    content: base64("off\n"),
    sha: file.body.sha,
  });
  assert.equal((await send("GET", `${INFRA}/pulls/3`)).body.mergeable, false);
  const merge = await send("POST", `${INFRA}/pulls/3/merge`, { Do: "merge" });
  assert.deepEqual([merge.status, merge.body.message], [405, "Please try again later"]);
});

Deno.test("bodies that are no JSON object are refused, and paths that lead nowhere not found", async () => {
  const send = client(AGENT);
  for (const body of ["", "null", "[]", "{", '"x"', "1"]) {
    assert.equal((await send("POST", `${POLICIES}/issues`, body)).status, 422, body);
  }
  assert.equal((await send("POST", `${POLICIES}/issues`, { title: 7 })).status, 422);
  for (const path of ["/nothing", "/repos/enterprise", `${INFRA}/nothing`, "/repos/%00/%ff"]) {
    assert.equal((await send("GET", path)).status, 404, path);
  }
});
