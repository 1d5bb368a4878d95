import assert from "node:assert/strict";
import {
  amzDate,
  authorization,
  awsPath,
  parseAmzDate,
  parseAuthorization,
  payloadHash,
  sameSignature,
  signature,
  type SignedParts,
} from "./signature.ts";

// Examples of "Signature Calculations for the Authorization Header" in the Amazon S3 API reference,
// and the case "get-vanilla" of the Signature Version 4 test suite.
const S3_KEY = {
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const EMPTY = payloadHash("");
const host = "examplebucket.s3.amazonaws.com";
const date = "20130524T000000Z";

function parts(
  method: string,
  path: string,
  more: Record<string, string> = {},
  payload = EMPTY,
): SignedParts {
  const headers = { host, "x-amz-date": date, "x-amz-content-sha256": payload, ...more };
  return { method, url: new URL(`https://${host}${path}`), headers, payload };
}

Deno.test.each<[string, SignedParts, string]>([
  [
    "GET object",
    parts("GET", "/test.txt", { range: "bytes=0-9" }),
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "PUT object",
    parts("PUT", "/test%24file.text", {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }, payloadHash("Welcome to Amazon S3.")),
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  [
    "GET bucket lifecycle",
    parts("GET", "/?lifecycle"),
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "GET bucket (list objects)",
    parts("GET", "/?max-keys=2&prefix=J"),
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
])("signature() agrees with the published example %s", (_name, request, wanted) => {
  assert.equal(signature(request, S3_KEY), wanted);
});

Deno.test("signature() agrees with the test suite's get-vanilla", () => {
  const request: SignedParts = {
    method: "GET",
    url: new URL("https://example.amazonaws.com/"),
    headers: { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" },
    payload: EMPTY,
  };
  const key = {
    accessKey: "AKIDEXAMPLE",
    secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "service",
  };
  assert.equal(
    signature(request, key),
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  );
});

Deno.test("parseAuthorization() reads what authorization() writes, and nothing else", () => {
  const header = authorization(parts("GET", "/test.txt"), S3_KEY);
  assert.deepEqual(parseAuthorization(header), {
    accessKey: S3_KEY.accessKey,
    day: "20130524",
    region: "us-east-1",
    service: "s3",
    signedHeaders: ["host", "x-amz-content-sha256", "x-amz-date"],
    signature: signature(parts("GET", "/test.txt"), S3_KEY),
  });
  for (
    const bad of [
      "",
      "Bearer x",
      "AWS4-HMAC-SHA256",
      "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
      header.replace("aws4_request", "aws5"),
      header.replace(/Signature=.*/, "Signature="),
    ]
  ) assert.equal(parseAuthorization(bad), undefined, bad);
});

Deno.test("every part of a request is signed", () => {
  const base = parts("GET", "/a?x=1");
  const made = signature(base, S3_KEY);
  const others: SignedParts[] = [
    { ...base, method: "PUT" },
    parts("GET", "/b?x=1"),
    parts("GET", "/a?x=2"),
    { ...base, headers: { ...base.headers, host: "other" } },
    { ...base, headers: { ...base.headers, extra: "1" } },
    { ...base, payload: payloadHash("x") },
  ];
  for (const other of others) assert.ok(!sameSignature(signature(other, S3_KEY), made));
  assert.ok(!sameSignature(signature(base, { ...S3_KEY, secretKey: "x" }), made));
  assert.ok(!sameSignature(made, "short"));
});

Deno.test("paths and dates have S3's forms", () => {
  assert.equal(awsPath("/b/a b+é(1)/c*"), "/b/a%20b%2B%C3%A9%281%29/c%2A");
  assert.equal(amzDate(Date.UTC(2013, 4, 24)), date);
  assert.equal(parseAmzDate(date), Date.UTC(2013, 4, 24));
  for (const bad of ["", "2013-05-24", "20131324T000000Z"]) {
    assert.equal(parseAmzDate(bad), undefined, bad);
  }
});
