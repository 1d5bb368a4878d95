import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { seedAccounts } from "../seed/people.ts";
import { MINIO_INDEXES, minioSecret, seedMinio } from "../seed/minio.ts";
import { WORLD_TIME } from "../seed/random.ts";
import { RowOverlay, RowStore } from "../state/row_store.ts";
import { amzDate, authorization, payloadHash } from "./signature.ts";
import { minioFetch } from "./twin.ts";

const { rows: seeded } = seedMinio({ seed: 1, accounts: seedAccounts(1, 60) });
const store = new RowStore(seeded, MINIO_INDEXES);

interface Ask {
  account?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Changes the request after it was signed. */
  tamper?: Record<string, string>;
  secret?: string;
  time?: number;
  region?: string;
}

interface Answer {
  status: number;
  text: string;
  code: string | undefined;
  headers: Headers;
}

class Service {
  rows: RowOverlay = new RowOverlay(store);
  #fetch = minioFetch(this.rows, {
    seed: 1,
    now: () => WORLD_TIME,
    secretKey: (key) => minioSecret(1, key),
  });

  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const { account = "svc-iam-agent", body, time = WORLD_TIME, region = "us-east-1" } = ask;
    const url = new URL(`http://minio.example.com:9000${path}`);
    const payload = payloadHash(body ?? "");
    const headers: Record<string, string> = { ...ask.headers };
    if (account !== "") {
      headers["x-amz-date"] = amzDate(time);
      headers["x-amz-content-sha256"] ??= payload;
      headers.authorization = authorization(
        {
          method,
          url,
          headers: { ...headers, host: url.host },
          payload: headers["x-amz-content-sha256"],
        },
        { accessKey: account, secretKey: ask.secret ?? minioSecret(1, account), region },
      );
    }
    const response = await this.#fetch(
      new Request(url, {
        method,
        headers: { ...headers, ...ask.tamper },
        ...(body === undefined ? {} : { body }),
      }),
    );
    const text = await response.text();
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
    return { status: response.status, text, code, headers: response.headers };
  }

  /** The changes so far: `"created minio.objects reports/x"`. */
  changes(): string[] {
    return this.rows.changes(0).map(({ change, service, entity, id }) =>
      `${change} ${service}.${entity} ${id}`
    );
  }
}

function values(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, value]) =>
    value ?? ""
  );
}

function publicRead(bucket: string, more: object = {}): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: [`arn:aws:s3:::${bucket}/*`],
      ...more,
    }],
  });
}

Deno.test.each<[string, Ask, number, string]>([
  ["a wrong secret", { secret: "x" }, 403, "SignatureDoesNotMatch"],
  ["an unknown account", { account: "nobody", secret: "x" }, 403, "InvalidAccessKeyId"],
  ["a name from an object's prototype", { account: "constructor" }, 403, "InvalidAccessKeyId"],
  [
    "a changed header",
    {
      headers: { "x-amz-meta-a": "1" },
      tamper: { "x-amz-meta-a": "2" },
    },
    403,
    "SignatureDoesNotMatch",
  ],
  ["an old signature", { time: WORLD_TIME - 16 * 60_000 }, 403, "RequestTimeTooSkewed"],
  ["a signature from the future", { time: WORLD_TIME + 16 * 60_000 }, 403, "RequestTimeTooSkewed"],
  ["another region", { region: "eu-west-1" }, 400, "AuthorizationHeaderMalformed"],
  ["another scheme", { tamper: { authorization: "Bearer x" } }, 400, "InvalidRequest"],
  [
    "half a header",
    { tamper: { authorization: "AWS4-HMAC-SHA256 x" } },
    400,
    "AuthorizationHeaderMalformed",
  ],
  [
    "a body that is not the signed one",
    {
      headers: { "x-amz-content-sha256": payloadHash("other") },
    },
    400,
    "XAmzContentSHA256Mismatch",
  ],
  ["no account and no public bucket", { account: "" }, 403, "AccessDenied"],
])("minioFetch() refuses %s", async (_name, ask, status, code) => {
  const answer = await new Service().ask("GET", "/reports/incidents/2026-02.md", ask);
  assert.deepEqual([answer.status, answer.code], [status, code]);
  assert.match(answer.text, /^<\?xml .*<Error><Code>/s);
});

Deno.test("GET / lists the buckets, or those that the caller may list", async () => {
  const service = new Service();
  const all = await service.ask("GET", "/");
  assert.deepEqual(values(all.text, "Name"), [
    "audit-archive",
    "backups",
    "hr-exports",
    "public-downloads",
    "reports",
  ]);
  const few = await service.ask("GET", "/", { account: "ivy.helpdesk" });
  assert.deepEqual(values(few.text, "Name"), ["public-downloads", "reports"]);
  assert.equal((await service.ask("GET", "/", { account: "" })).code, "AccessDenied");
});

Deno.test("GET ?list-type=2 lists pages in order, each key once", async () => {
  const service = new Service();
  const keys: string[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const more = token === undefined ? "" : `&continuation-token=${encodeURIComponent(token)}`;
    const { text } = await service.ask("GET", `/audit-archive?list-type=2&max-keys=4${more}`);
    assert.equal(
      values(text, "IsTruncated")[0],
      String(values(text, "NextContinuationToken").length > 0),
    );
    assert.equal(values(text, "KeyCount")[0], String(values(text, "Key").length));
    keys.push(...values(text, "Key"));
    [token] = values(text, "NextContinuationToken");
    pages++;
  } while (token !== undefined);
  assert.deepEqual([keys.length, pages], [18, 5]);
  assert.deepEqual(keys, [...new Set(keys)].sort());
});

Deno.test("GET ?list-type=2 groups by a delimiter, over pages too", async () => {
  const service = new Service();
  const root = await service.ask("GET", "/reports?list-type=2&delimiter=/");
  assert.deepEqual(values(root.text, "Key"), []);
  assert.deepEqual(values(root.text, "CommonPrefixes"), []);
  assert.deepEqual([...root.text.matchAll(/<CommonPrefixes><Prefix>([^<]*)/g)].map(([, p]) => p), [
    "access-reviews/",
    "finance/",
    "incidents/",
    "it/",
    "sales/",
  ]);
  const page = await service.ask("GET", "/reports?list-type=2&delimiter=/&max-keys=2");
  const token = encodeURIComponent(values(page.text, "NextContinuationToken")[0] ?? "");
  const next = await service.ask(
    "GET",
    `/reports?list-type=2&delimiter=/&max-keys=2&continuation-token=${token}`,
  );
  assert.match(next.text, /<CommonPrefixes><Prefix>incidents\/.*<Prefix>it\//s);
  const inner = await service.ask("GET", "/reports?list-type=2&delimiter=/&prefix=finance/");
  assert.deepEqual(values(inner.text, "Key"), ["finance/2026-02-summary.csv"]);
});

Deno.test.each<[string, string, number, string]>([
  ["GET", "/reports?list-type=2&max-keys=-1", 400, "InvalidArgument"],
  ["GET", "/reports?list-type=2&max-keys=x", 400, "InvalidArgument"],
  ["GET", "/reports?list-type=2&continuation-token=%25", 400, "InvalidArgument"],
  ["GET", "/no-such-bucket?list-type=2", 404, "NoSuchBucket"],
  ["GET", "/No_Bucket?list-type=2", 400, "InvalidBucketName"],
  ["GET", "/ab?list-type=2", 400, "InvalidBucketName"],
  ["GET", "/192.0.2.1?list-type=2", 400, "InvalidBucketName"],
  ["GET", "/reports", 501, "NotImplemented"],
  ["GET", "/reports?acl", 501, "NotImplemented"],
  ["POST", "/reports/x", 405, "MethodNotAllowed"],
  ["PUT", "/new-bucket", 501, "NotImplemented"],
  ["GET", "/reports/none", 404, "NoSuchKey"],
  ["GET", "/no-such-bucket/none", 404, "NoSuchBucket"],
  ["GET", "/reports//x", 400, "XMinioInvalidObjectName"],
  ["GET", "/reports/a//x", 400, "XMinioInvalidObjectName"],
  ["GET", "/reports/%00", 400, "XMinioInvalidObjectName"],
  ["GET", `/reports/${"a".repeat(1025)}`, 400, "KeyTooLongError"],
  ["GET", "/reports?policy", 404, "NoSuchBucketPolicy"],
  ["GET", "/reports?object-lock", 404, "ObjectLockConfigurationNotFoundError"],
  ["GET", "/audit-archive/2026/02/logins.log?versionId=x", 403, "AccessDenied"],
])("minioFetch() answers %s %.60s with %i", async (method, path, status, code) => {
  const answer = await new Service().ask(method, path);
  assert.deepEqual([answer.status, answer.code], [status, code]);
});

Deno.test("PUT stores, GET and HEAD give back, DELETE removes, and the diff names the object", async () => {
  const service = new Service();
  const body = "a,b\n1,é\n";
  const key = "/reports/it/new%20%26%20odd%2B.csv";
  const put = await service.ask("PUT", key, { body, headers: { "content-type": "text/csv" } });
  assert.equal(put.status, 200);
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  assert.equal(put.headers.get("etag"), etag);
  const got = await service.ask("GET", key);
  assert.equal(got.text, body);
  assert.deepEqual([got.headers.get("content-type"), got.headers.get("etag")], ["text/csv", etag]);
  const head = await service.ask("HEAD", key);
  assert.deepEqual([head.status, head.text, head.headers.get("content-length")], [200, "", "9"]);
  assert.deepEqual(service.changes(), ["created minio.objects reports/it/new & odd+.csv"]);
  assert.match((await service.ask("GET", "/reports?list-type=2")).text, /<Key>it\/new &amp; odd\+/);
  assert.equal((await service.ask("DELETE", key)).status, 204);
  assert.equal((await service.ask("DELETE", key)).status, 204);
  assert.deepEqual(service.changes(), []);
  assert.equal((await service.ask("HEAD", key)).status, 404);
  const part = { headers: { range: "bytes=0-1" } };
  assert.equal((await service.ask("GET", "/reports/incidents/2026-02.md", part)).status, 501);
});

Deno.test("PUT checks the body's digests and limits", async () => {
  const service = new Service();
  const md5 = (text: string): string => createHash("md5").update(text).digest("base64");
  const put = (body: string, headers: Record<string, string>): Promise<Answer> =>
    service.ask("PUT", "/reports/x", { body, headers });
  assert.equal((await put("x", { "content-md5": md5("x") })).status, 200);
  assert.equal((await put("x", { "content-md5": md5("y") })).code, "BadDigest");
  assert.equal((await put("x", { "content-md5": "y" })).code, "InvalidDigest");
  assert.equal((await put("x", { "x-amz-copy-source": "/reports/y" })).code, "NotImplemented");
  assert.equal((await put("x".repeat(1024 * 1024 + 1), {})).code, "EntityTooLarge");
  assert.equal(
    (await service.ask("PUT", "/reports/folder/", { body: "x" })).code,
    "XMinioInvalidObjectName",
  );
});

Deno.test("a bucket's policy opens it to everyone, and a deny closes part of it", async () => {
  const service = new Service();
  const anyone = (path: string): Promise<Answer> => service.ask("GET", path, { account: "" });
  const secret = "/hr-exports/2026/headcount.csv";
  assert.equal((await anyone(secret)).status, 403);
  assert.equal((await anyone("/public-downloads/index.html")).status, 200);
  const put = await service.ask("PUT", "/hr-exports?policy", { body: publicRead("hr-exports") });
  assert.deepEqual([put.status, put.text], [204, ""]);
  assert.equal((await anyone(secret)).status, 200);
  assert.equal((await anyone("/hr-exports?list-type=2")).status, 403);
  const [change] = service.rows.changes(0);
  assert.deepEqual([change?.id, change?.after?.public, change?.after?.public_keys], [
    "hr-exports",
    true,
    ["2026/headcount.csv", "2026/leave.csv", "2026/leavers.csv", "README.txt"],
  ]);
  const denied = JSON.parse(publicRead("hr-exports"));
  denied.Statement.push({
    ...denied.Statement[0],
    Effect: "Deny",
    Resource: ["arn:aws:s3:::hr-exports/2026/*"],
  });
  await service.ask("PUT", "/hr-exports?policy", { body: JSON.stringify(denied) });
  assert.equal((await anyone(secret)).status, 403);
  assert.equal((await anyone("/hr-exports/README.txt")).status, 200);
  assert.equal((await service.ask("GET", secret)).status, 200);
  assert.match((await service.ask("GET", "/hr-exports?policy")).text, /"Effect":"Deny"/);
  assert.equal((await service.ask("DELETE", "/hr-exports?policy")).status, 204);
  assert.equal((await anyone("/hr-exports/README.txt")).status, 403);
});

Deno.test("a policy for an address inside does not make a bucket public", async () => {
  const service = new Service();
  const inside = { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } };
  await service.ask("PUT", "/reports?policy", { body: publicRead("reports", inside) });
  assert.equal(service.rows.get("minio.policies", "reports")?.public, false);
  const path = "/reports/incidents/2026-02.md";
  assert.equal((await service.ask("GET", path, { account: "" })).status, 403);
  const headers = { "x-forwarded-for": "192.0.2.20" };
  assert.equal((await service.ask("GET", path, { account: "", headers })).status, 200);
});

Deno.test("policies that break a rule are malformed, and nothing changes", async () => {
  const service = new Service();
  for (
    const body of ["{", "{}", publicRead("backups"), publicRead("reports", { Effect: "Maybe" })]
  ) {
    const answer = await service.ask("PUT", "/reports?policy", { body });
    assert.deepEqual([answer.status, answer.code], [400, "MalformedPolicy"]);
  }
  const empty = await service.ask("PUT", "/reports?policy", { body: "" });
  assert.deepEqual([empty.status, empty.code], [411, "MissingContentLength"]);
  const long = publicRead("reports", { Sid: "x".repeat(21_000) });
  assert.equal(
    (await service.ask("PUT", "/reports?policy", { body: long })).code,
    "PolicyTooLarge",
  );
  assert.deepEqual(service.changes(), []);
});

Deno.test("the archive keeps every version: a deletion is a marker, and the lock holds", async () => {
  const service = new Service();
  const path = "/audit-archive/cases/case-2291/evidence.log";
  const first = (await service.ask("HEAD", path)).headers;
  const version = first.get("x-amz-version-id");
  assert.equal(first.get("x-amz-object-lock-mode"), "COMPLIANCE");
  const put = await service.ask("PUT", path, { body: "forged" });
  assert.notEqual(put.headers.get("x-amz-version-id"), version);
  const gone = await service.ask("DELETE", path);
  assert.deepEqual([gone.status, gone.headers.get("x-amz-delete-marker")], [204, "true"]);
  assert.equal((await service.ask("GET", path)).code, "NoSuchKey");
  assert.deepEqual(service.changes().map((text) => text.split(" ").slice(0, 2).join(" ")), [
    "deleted minio.objects",
    "created minio.versions",
    "created minio.versions",
  ]);
  // Nobody in the enterprise holds the right to remove a version.
  const removal = await service.ask("DELETE", `${path}?versionId=${version}`);
  assert.deepEqual([removal.status, removal.code], [403, "AccessDenied"]);
  assert.match((await service.ask("GET", "/audit-archive?versioning")).text, /<Status>Enabled/);
  assert.match((await service.ask("GET", "/audit-archive?object-lock")).text, /<Days>2555</);
});

Deno.test.each<[string, string, string, number]>([
  ["ivy.helpdesk", "GET", "/reports/incidents/2026-02.md", 200],
  ["ivy.helpdesk", "PUT", "/reports/x", 403],
  ["ivy.helpdesk", "GET", "/hr-exports/2026/leave.csv", 403],
  ["maria.manager", "PUT", "/reports/x", 200],
  ["maria.manager", "DELETE", "/reports/incidents/2026-02.md", 204],
  ["maria.manager", "GET", "/backups?list-type=2", 403],
  ["ada.itadmin", "GET", "/backups?list-type=2", 200],
  ["ada.itadmin", "GET", "/audit-archive?list-type=2", 403],
  ["ada.itadmin", "GET", "/public-downloads?policy", 200],
  ["ada.itadmin", "DELETE", "/public-downloads?policy", 204],
  ["ada.itadmin", "DELETE", "/reports?policy", 403],
  ["henry.compliance", "GET", "/audit-archive/2026/02/logins.log", 200],
  ["henry.compliance", "DELETE", "/audit-archive/2026/02/logins.log", 403],
  ["henry.compliance", "PUT", "/audit-archive/x", 403],
  ["svc-iam-agent", "DELETE", "/audit-archive/2026/02/logins.log", 204],
])("%s may or may not: %s %s is %i", async (account, method, path, status) => {
  const answer = await new Service().ask(method, path, {
    account,
    ...(method === "PUT" ? { body: "x" } : {}),
  });
  assert.equal(answer.status, status, answer.text);
});
