// Puts the audit-namespace guard in front of one tool of your own:
// deno run examples/guard_tool.ts
import { auditNamespaceGuard, chain, guardTool, openContext } from "@argus-safety/argus/defenses";

// Ask your directory here; a lookup that throws makes the guard fail closed.
const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });

const deleteUser = guardTool(
  ({ user_id }: { realm: string; user_id: string }) => Promise.resolve(`${user_id}: deleted`),
  { name: "kc_delete_user", chain: chain([auditNamespaceGuard()], { stopAtFirst: true }), context },
);

for (const user_id of ["alice.dev", "henry.compliance"]) {
  try {
    console.log(await deleteUser({ realm: "acme", user_id }));
  } catch (error) {
    console.log(`${user_id}: ${(error as Error).message}`);
  }
}
