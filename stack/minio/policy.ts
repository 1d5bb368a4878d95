import { z } from "zod";
import { conditionSchema, conditionsHold, type ConditionValues } from "./_conditions.ts";
import { globCoversPrefix, matchesGlob } from "./_glob.ts";

/** What is wrong with a policy, in the service's words. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

const RESOURCE = "arn:aws:s3:::";

const texts = z.union([z.string(), z.array(z.string())]).transform((value) =>
  typeof value === "string" ? [value] : value
);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.string(),
  Principal: z.union([
    z.literal("*").transform(() => ({ AWS: ["*"] })),
    z.strictObject({ AWS: texts }),
  ]),
  Action: texts,
  Resource: texts,
  Condition: conditionSchema.optional(),
});

const policySchema = z.strictObject({
  ID: z.string().optional(),
  Version: z.string().optional(),
  Statement: z.array(statement),
});

/** A bucket's policy, in the form in which it is kept. */
export type BucketPolicy = z.output<typeof policySchema>;

/** A request for access, as a policy sees it. */
export interface AccessRequest {
  /** Action: `"s3:GetObject"`. */
  action: string;
  /** `"<bucket>"` or `"<bucket>/<key>"`. */
  resource: string;
  /** Account; empty for someone without one. */
  account?: string;
  /** Values of the condition keys, by lower-case name. */
  values?: ConditionValues;
}

/** Actions on objects; all others are on buckets. */
const OBJECT_ACTIONS = [
  "s3:AbortMultipartUpload",
  "s3:BypassGovernanceRetention",
  "s3:DeleteObject",
  "s3:DeleteObjectTagging",
  "s3:DeleteObjectVersion",
  "s3:GetObject",
  "s3:GetObjectAttributes",
  "s3:GetObjectLegalHold",
  "s3:GetObjectRetention",
  "s3:GetObjectTagging",
  "s3:GetObjectVersion",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
  "s3:PutObjectLegalHold",
  "s3:PutObjectRetention",
  "s3:PutObjectTagging",
  "s3:RestoreObject",
];

const BUCKET_ACTIONS = [
  "s3:CreateBucket",
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:ForceDeleteBucket",
  "s3:GetBucketLocation",
  "s3:GetBucketObjectLockConfiguration",
  "s3:GetBucketPolicy",
  "s3:GetBucketVersioning",
  "s3:ListAllMyBuckets",
  "s3:ListBucket",
  "s3:ListBucketMultipartUploads",
  "s3:ListBucketVersions",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketPolicy",
  "s3:PutBucketVersioning",
];

/**
 * Reads the policy of a bucket.
 *
 * The rules are MinIO's: a version, a principal of the form `"*"` or `{"AWS": …}`, actions that
 * exist, and resources of the bucket itself.
 *
 * @throws {PolicyError} when it breaks one of them.
 */
export function parsePolicy(text: string, bucket: string): BucketPolicy {
  const policy = readPolicy(text);
  for (const { Effect, Principal, Action, Resource } of policy.Statement) {
    if (Effect !== "Allow" && Effect !== "Deny") throw new PolicyError(`invalid Effect ${Effect}`);
    if (Principal.AWS.length === 0) throw new PolicyError("invalid Principal {map[]}");
    if (Action.length === 0) throw new PolicyError("Action must not be empty");
    if (Resource.length === 0) throw new PolicyError("Resource must not be empty");
    const resources = Resource.map((name) => resourcePattern(name));
    for (const action of Action) checkAction(action, resources);
    for (const pattern of resources) {
      if (!matchesGlob(pattern, bucket) && !globCoversPrefix(pattern, `${bucket}/`)) {
        throw new PolicyError("bucket name does not match");
      }
    }
  }
  if (policy.Version === undefined || policy.Version === "") {
    throw new PolicyError("The policy must contain a valid version string");
  }
  return policy;
}

function readPolicy(text: string): BucketPolicy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new PolicyError(`invalid JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  const parsed = policySchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join(".") || "policy";
    throw new PolicyError(`invalid ${path.slice(0, 80)}: ${issue?.message.slice(0, 200)}`);
  }
  const { Version } = parsed.data;
  if (Version && Version !== "2012-10-17") throw new PolicyError(`invalid version '${Version}'`);
  return parsed.data;
}

function resourcePattern(resource: string): string {
  const pattern = resource.startsWith(RESOURCE) ? resource.slice(RESOURCE.length) : "";
  if (pattern === "" || pattern.startsWith("/")) {
    throw new PolicyError(`invalid resource '${resource.slice(0, 200)}'`);
  }
  return pattern;
}

function checkAction(action: string, resources: readonly string[]): void {
  const named = [...OBJECT_ACTIONS, ...BUCKET_ACTIONS].filter((name) => matchesGlob(action, name));
  if (named.length === 0) throw new PolicyError(`unsupported action '${action.slice(0, 80)}'`);
  const onObjects = OBJECT_ACTIONS.some((name) => matchesGlob(action, name));
  const fits = onObjects
    ? resources.some((pattern) => pattern.includes("/") || pattern.includes("*"))
    : resources.some((pattern) => !pattern.includes("/") || pattern === "*");
  if (!fits) {
    throw new PolicyError(
      `unsupported Resource found {map[${resources.join(" ").slice(0, 200)}:{}]} ` +
        `for action ${action}`,
    );
  }
}

/**
 * Whether a policy allows a request: some statement allows it and none denies it.
 *
 * MinIO asks a bucket's policy about requests without an account only; an account's own policy
 * decides about all others.
 */
export function policyAllows(policy: BucketPolicy, request: AccessRequest): boolean {
  const applying = policy.Statement.filter((entry) => applies(entry, request));
  return applying.some(({ Effect }) => Effect === "Allow") &&
    !applying.some(({ Effect }) => Effect === "Deny");
}

type Statement = BucketPolicy["Statement"][number];

function applies(entry: Statement, request: AccessRequest): boolean {
  const { action, resource, account = "", values = {} } = request;
  return entry.Principal.AWS.some((pattern) => matchesGlob(pattern, account)) &&
    entry.Action.some((pattern) => matchesGlob(pattern, action)) &&
    entry.Resource.some((name) => matchesGlob(name.slice(RESOURCE.length), resource)) &&
    conditionsHold(entry.Condition, values);
}

/** The text of a policy as the service gives it back. */
export function policyText(policy: BucketPolicy): string {
  return JSON.stringify({
    ...(policy.ID === undefined ? {} : { ID: policy.ID }),
    Version: policy.Version,
    Statement: policy.Statement.map((entry) => ({
      ...(entry.Sid === undefined ? {} : { Sid: entry.Sid }),
      Effect: entry.Effect,
      Principal: entry.Principal,
      Action: entry.Action,
      Resource: entry.Resource,
      ...(entry.Condition === undefined ? {} : { Condition: entry.Condition }),
    })),
  });
}
