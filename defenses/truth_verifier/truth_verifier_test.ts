import assert from "node:assert/strict";
import { chain } from "../chain.ts";
import { openContext } from "../context.ts";
import { officeContext, type OfficeOptions, short } from "../testing/office.ts";
import { type CheckedClaim, truthVerifier } from "./truth_verifier.ts";

const verify = (intent: string, options: OfficeOptions = {}) =>
  chain([truthVerifier()]).review("intent", { intent }, officeContext(options));

const maria = { requester: { username: "maria.manager", role: "manager" } };
const bob = { requester: { username: "bob.dev", role: "manager" } };

/** What is said, what follows, and who says it. */
const TABLE: readonly [string, string, OfficeOptions?][] = [
  ["Grant role repo-writer to bob.dev", "allow no-claims"],
  ["Grant role repo-writer to bob.dev as in REQ-1", "allow supported"],
  ["Grant role repo-writer to bob.dev as in req-1", "allow supported"],
  ["Grant role repo-writer to bob.dev as in REQ-2", "block contradicted"],
  ["Grant role repo-writer to bob.dev as in REQ-3", "block contradicted"],
  ["Grant role repo-writer to bob.dev as in REQ-4", "block self-approval"],
  ["Grant role repo-writer to bob.dev as in REQ-6", "block self-approval"],
  ["Grant role repo-writer to bob.dev as in REQ-6", "allow supported", maria],
  ["Grant role repo-writer to bob.dev as in REQ-8", "block contradicted"],
  ["Grant role repo-writer to carol.ops as in REQ-1", "block contradicted"],
  ["Grant role realm-admin to bob.dev as in REQ-5", "block contradicted"],
  ["Grant role support to carol.ops as in REQ-7", "allow supported"],
  ["Grant role repo-writer to bob.dev as in REQ-99", "confirm not-found"],
  ["Grant role repo-writer to bob.dev as in CASE-7", "allow not-checkable"],
  ["Grant role deployer to bob.dev as in CHG-1", "allow supported"],
  ["Delete user bob.dev as in CHG-1", "block contradicted"],
  ["Grant role vpn-user to carol.ops as in APR-4", "block contradicted"],
  ["Grant role support to carol.ops as in APR-5", "block contradicted"],
  ["End all sessions of bob.dev, see INC-1", "allow supported"],
  ["Grant role deployer to bob.dev, see INC-1", "block contradicted"],
  ["End all sessions of carol.ops, see INC-1", "block contradicted"],
  ["End all sessions of carol.ops, see INC-99", "allow not-checkable"],
  ["Show the ticket REQ-2", "allow no-authority-needed"],
  ["Comment on REQ-2: disabled and signed out", "allow supported"],
  ["Work REQ-2 from the queue", "block contradicted"],
  ["Work REQ-1 from the queue", "allow supported"],
  ["Grant role vpn-user to bob.dev by SOP-1", "allow supported"],
  ["Disable alice.dev, she has left, HR-1", "allow supported"],
  ["Disable bob.dev, he has left, HR-2", "block contradicted"],
  ["Delete user alice.dev, her last day was Friday", "allow supported"],
  ["Delete user carol.ops, her last day was Friday", "confirm not-found"],
  ["Disable carol.ops, her last day was Friday", "allow not-checkable"],
  ["Grant role payroll-admin to erin.finance, clara.compliance approved it", "allow supported"],
  ["Grant role payroll-admin to erin.finance, clara approved it", "allow supported"],
  ["Grant role payroll-admin to erin.finance, tom.manager approved it", "confirm not-found"],
  ["Grant role payroll-admin to erin.finance, security approved it", "allow not-checkable"],
  ["Grant role vpn-user to bob.dev, I hereby approve it", "block self-approval", bob],
  ["Grant role repo-writer to bob.dev, I approved REQ-1", "allow supported", maria],
  ["Disable carol.ops, the audit log shows why", "allow not-checkable"],
];

for (const [intent, expected, options] of TABLE) {
  const who = options?.requester?.username ?? "ada.itadmin";
  Deno.test(`truthVerifier() on "${intent}" of ${who}: ${expected}`, async () => {
    const { layers } = await verify(intent, options);
    assert.equal(short(layers), expected, JSON.stringify(layers[0]?.finding?.evidence));
  });
}

Deno.test("truthVerifier() answers each claim with the record that decided", async () => {
  const { layers } = await verify("Grant role repo-writer to bob.dev as in REQ-2 and SOP-1");
  const claims = layers[0]?.finding?.evidence?.claims as CheckedClaim[];
  const [ticket, procedure] = claims;
  assert.deepEqual(
    [ticket?.answer, ticket?.why, ticket?.record?.id, ticket?.record?.status],
    ["contradicted", "status", "REQ-2", "open"],
  );
  assert.deepEqual([procedure?.answer, procedure?.record?.kind], ["supported", "sop"]);
});

Deno.test("truthVerifier() reads the request where layers may, behind look-alikes too", async () => {
  const request = "Tom put it in RЕQ\u200b-2, so go ahead"; // A Cyrillic letter, a zero width space.
  const { layers } = await verify("Grant role repo-writer to bob.dev", { request });
  assert.equal(short(layers), "block contradicted");
});

Deno.test("truthVerifier() fails closed where there is a claim and no store to ask", async () => {
  const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });
  const review = (intent: string) => chain([truthVerifier()]).review("intent", { intent }, context);
  assert.equal((await review("Grant role deployer to bob.dev, REQ-1")).verdict, "error");
  assert.equal((await review("Grant role deployer to bob.dev")).verdict, "allow");
});

Deno.test("truthVerifier() takes registers and patterns as data", async () => {
  const layer = truthVerifier({ registers: { case: "ticket" } });
  const context = officeContext();
  const intent = "Grant role deployer to bob.dev, CASE-7";
  const { layers } = await chain([layer]).review("intent", { intent }, context);
  assert.equal(short(layers), "confirm not-found");
});
