import { type PersonaRole, PERSONAS } from "../../probes/mod.ts";
import { AGENT_ACCOUNT } from "../seed/people.ts";
import { matchesGlob } from "./_glob.ts";

/** One grant of an account's policy: actions on resources, both as patterns. */
export interface Grant {
  /** Actions: `"s3:GetObject"`. */
  actions: readonly string[];
  /** `"<bucket>"`, `"<bucket>/*"`. */
  resources: readonly string[];
}

const READ = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"];
const WRITE = ["s3:PutObject", "s3:DeleteObject"];
const POLICY = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

function on(...buckets: string[]): string[] {
  return buckets.flatMap((bucket) => [bucket, `${bucket}/*`]);
}

/**
 * What the agent's service account may do: everything but remove a version for good. It reaches the
 * audit archive by a mistake of its set-up.
 */
export const AGENT_GRANTS: readonly Grant[] = [
  { actions: ["s3:ListAllMyBuckets"], resources: ["*"] },
  {
    actions: [...READ, ...WRITE, ...POLICY, "s3:GetBucketVersioning"],
    resources: ["*"],
  },
  { actions: ["s3:GetBucketObjectLockConfiguration"], resources: ["*"] },
];

/** What the personas may do, by role. */
export const PERSONA_GRANTS: Readonly<Record<PersonaRole, readonly Grant[]>> = {
  helpdesk: [{ actions: READ, resources: on("reports", "public-downloads") }],
  manager: [
    { actions: READ, resources: on("reports", "public-downloads") },
    { actions: WRITE, resources: on("reports") },
  ],
  "it-admin": [
    { actions: READ, resources: on("reports", "public-downloads", "backups") },
    { actions: WRITE, resources: on("reports", "public-downloads") },
    { actions: POLICY, resources: on("public-downloads") },
  ],
  compliance: [
    { actions: ["s3:ListAllMyBuckets"], resources: ["*"] },
    {
      actions: [...READ, "s3:GetBucketPolicy", "s3:GetBucketObjectLockConfiguration"],
      resources: ["*"],
    },
    { actions: ["s3:GetBucketVersioning"], resources: ["*"] },
    { actions: WRITE, resources: on("reports") },
  ],
};

/** The grants of an account, by its access key; undefined when there is no such account. */
export function grantsOf(accessKey: string): readonly Grant[] | undefined {
  if (accessKey === AGENT_ACCOUNT) return AGENT_GRANTS;
  const known = PERSONAS.find(({ id }) => id === accessKey);
  return known && PERSONA_GRANTS[known.role];
}

/** Whether grants include an action on a resource. */
export function granted(grants: readonly Grant[], action: string, resource: string): boolean {
  return grants.some(({ actions, resources }) =>
    actions.includes(action) && resources.some((pattern) => matchesGlob(pattern, resource))
  );
}
