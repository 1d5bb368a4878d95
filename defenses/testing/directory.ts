import { type OpenContext, openContext } from "../context.ts";
import type { Principal } from "../defense.ts";

/** Accounts of a small synthetic directory, for the tests beside this file. */
export const ACCOUNTS: readonly Principal[] = [
  account("henry.compliance", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", ["compliance-officer"]),
  account("nora.auditor", "3f2504e0-4f89-41d3-9a0c-0305e82c3302", ["audit-admin"]),
  account("siem-collector", "3f2504e0-4f89-41d3-9a0c-0305e82c3303", ["audit-reader"]),
  // The name gives nothing away: only its role does.
  account("zoe.park", "3f2504e0-4f89-41d3-9a0c-0305e82c3304", ["developer", "audit-reader"]),
  account("alice.dev", "3f2504e0-4f89-41d3-9a0c-0305e82c3311", ["developer"]),
  account("bob.dev", "3f2504e0-4f89-41d3-9a0c-0305e82c3312", ["developer"]),
];

function account(username: string, user_id: string, roles: string[]): Principal {
  return { realm: "enterprise", user_id, username, email: `${username}@example.com`, roles };
}

/** A context over {@linkcode ACCOUNTS} that counts what was looked up. */
export function directoryContext(): OpenContext & { looked: string[] } {
  const looked: string[] = [];
  const context = openContext({
    lookup: {
      principal: (realm, id) => {
        looked.push(id);
        return Promise.resolve(
          ACCOUNTS.find((it) =>
            it.realm === realm && [it.user_id, it.username, it.email].includes(id)
          ),
        );
      },
    },
  });
  return Object.assign(context, { looked });
}
