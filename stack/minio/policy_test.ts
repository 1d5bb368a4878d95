import assert from "node:assert/strict";
import type { Json } from "../../probes/mod.ts";
import { globCoversPrefix, matchesGlob } from "./_glob.ts";
import {
  type AccessRequest,
  parsePolicy,
  policyAllows,
  PolicyError,
  policyText,
} from "./policy.ts";

type Fields = Record<string, Json>;

function policy(...statements: Fields[]): string {
  const Statement = statements.map((fields) => ({
    Effect: "Allow",
    Principal: { AWS: ["*"] },
    Action: ["s3:GetObject"],
    Resource: ["arn:aws:s3:::reports/*"],
    ...fields,
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

const get: AccessRequest = { action: "s3:GetObject", resource: "reports/2026/a.csv" };
const list: AccessRequest = { action: "s3:ListBucket", resource: "reports" };
const deny: Fields = { Effect: "Deny", Resource: ["arn:aws:s3:::reports/2026/*"] };
const inside: Fields = { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } };

Deno.test.each<[string, Fields[], AccessRequest, boolean]>([
  ["anyone reads what the pattern names", [{}], get, true],
  ["another action is not allowed", [{}], { ...get, action: "s3:PutObject" }, false],
  ["another resource is not allowed", [{}], { ...get, resource: "backups/a" }, false],
  ["the bucket is no object of it", [{}], list, false],
  [
    "a bucket action has the bucket as resource",
    [
      { Action: "s3:ListBucket", Resource: "arn:aws:s3:::reports" },
    ],
    list,
    true,
  ],
  ["a deny wins over an allow", [{}, deny], get, false],
  ["a deny wins whichever comes first", [deny, {}], get, false],
  ["a deny of something else does not matter", [{}, deny], { ...get, resource: "reports/b" }, true],
  ["a deny alone allows nothing", [deny], { ...get, resource: "reports/b" }, false],
  [
    "a principal that is not everyone leaves the nameless out",
    [
      { Principal: { AWS: ["arn:aws:iam:::user/bob"] } },
    ],
    get,
    false,
  ],
  ["the short form of everyone", [{ Principal: "*" }], get, true],
  ["wildcards in actions", [{ Action: "s3:Get*" }], get, true],
  [
    "a question mark is one character",
    [
      { Resource: "arn:aws:s3:::reports/2026/?.csv" },
    ],
    get,
    true,
  ],
  [
    "an address in the network",
    [inside],
    { ...get, values: { "aws:sourceip": "192.0.2.9" } },
    true,
  ],
  ["an address outside it", [inside], { ...get, values: { "aws:sourceip": "203.0.113.9" } }, false],
  ["no address at all", [inside], get, false],
  [
    "a negated condition holds without a value",
    [
      { Condition: { NotIpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } } },
    ],
    get,
    true,
  ],
  [
    "a prefix that is listed",
    [
      {
        Action: "s3:ListBucket",
        Resource: "arn:aws:s3:::reports",
        Condition: { StringLike: { "s3:prefix": "public/*" } },
      },
    ],
    { ...list, values: { "s3:prefix": "public/x" } },
    true,
  ],
  [
    "several conditions all hold",
    [
      {
        Condition: {
          StringEquals: { "aws:UserAgent": "x" },
          Bool: { "aws:SecureTransport": false },
        },
      },
    ],
    { ...get, values: { "aws:useragent": "x", "aws:securetransport": "true" } },
    false,
  ],
])("policyAllows(): %s", (_name, statements, request, wanted) => {
  assert.equal(policyAllows(parsePolicy(policy(...statements), "reports"), request), wanted);
});

Deno.test.each<[string, RegExp]>([
  ["", /invalid JSON/],
  ["[]", /invalid policy/],
  ['"*"', /invalid policy/],
  ["{}", /invalid Statement/],
  [JSON.stringify({ Statement: [] }), /valid version string/],
  [JSON.stringify({ Version: "2008-10-17", Statement: [] }), /invalid version '2008-10-17'/],
  [JSON.stringify({ Version: "2012-10-17", Statement: [], Extra: 1 }), /Unrecognized key/],
  [policy({ Effect: "allow" }), /invalid Effect allow/],
  [policy({ Principal: "bob" }), /invalid Statement\.0\.Principal/],
  [policy({ Principal: { AWS: [] } }), /invalid Principal/],
  [policy({ Action: [] }), /Action must not be empty/],
  [policy({ Action: "s3:Explode" }), /unsupported action 's3:Explode'/],
  [policy({ Resource: [] }), /Resource must not be empty/],
  [policy({ Resource: "reports/*" }), /invalid resource 'reports\/\*'/],
  [policy({ Resource: "arn:aws:s3:::" }), /invalid resource/],
  [policy({ Resource: "arn:aws:s3:::backups/*" }), /bucket name does not match/],
  [policy({ Resource: "arn:aws:s3:::reports" }), /unsupported Resource found .*s3:GetObject/],
  [policy({ Action: "s3:ListBucket" }), /unsupported Resource found .*s3:ListBucket/],
  [policy({ Condition: { Maybe: {} } }), /invalid Statement\.0\.Condition/],
  [policy({ Condition: { Bool: { "aws:Moon": "x" } } }), /aws:Moon/],
])("parsePolicy() refuses %s", (text, problem) => {
  assert.throws(() => parsePolicy(text, "reports"), (error) => {
    assert.ok(error instanceof PolicyError, String(error));
    assert.match(error.message, problem);
    return true;
  });
});

Deno.test("parsePolicy() takes patterns that name the bucket", () => {
  for (const resource of ["reports/a", "rep*", "*", "reports*", "re?orts/x", "reports/*/b"]) {
    parsePolicy(policy({ Resource: `arn:aws:s3:::${resource}` }), "reports");
  }
});

Deno.test("policyText() gives back what was meant, and reads again as the same", () => {
  const text = policyText(
    parsePolicy(policy({ Principal: "*", Action: "s3:GetObject" }), "reports"),
  );
  assert.deepEqual(JSON.parse(text).Statement[0].Principal, { AWS: ["*"] });
  assert.equal(policyText(parsePolicy(text, "reports")), text);
});

Deno.test("matchesGlob() reads hostile patterns in time", () => {
  assert.equal(matchesGlob("*a".repeat(5_000), "a".repeat(4_000) + "b"), false);
  assert.equal(matchesGlob("(a+)+$", "aaaa"), false);
  assert.equal(matchesGlob("a*b?c", "axxbyc"), true);
  assert.equal(matchesGlob("", ""), true);
  assert.equal(matchesGlob("**", "x"), true);
  assert.equal(globCoversPrefix("*a".repeat(10_000), "reports/"), true);
  assert.equal(globCoversPrefix("report", "reports/"), false);
  assert.equal(globCoversPrefix("re*x/a", "reports/"), true);
});
