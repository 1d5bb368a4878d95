// Puts the defenses between an OpenAI-compatible endpoint and your tools:
// deno run examples/guard_tool_calls.ts
import {
  auditNamespaceGuard,
  chain,
  guardToolCalls,
  openContext,
  sanitiser,
} from "@argus-safety/argus/defenses";

const run = guardToolCalls(
  (_name, { user_id }) => Promise.resolve({ ended: user_id }),
  {
    chain: chain([auditNamespaceGuard(), sanitiser({ fence: false })], { stopAtFirst: true }),
    context: openContext({ lookup: { principal: () => Promise.resolve(undefined) } }),
  },
);

// What `choices[0].message.tool_calls` of the endpoint's reply holds.
const toolCalls = ["alice.dev", "henry.compliance", "bob.dev"].map((user_id, index) => ({
  id: `call_${index + 1}`,
  type: "function" as const,
  function: {
    name: "kc_logout_user_sessions",
    arguments: JSON.stringify({ realm: "acme", user_id }),
  },
}));

// The messages go into the next request; `stopped` says why the conversation should end.
const { messages } = await run(toolCalls);
for (const { tool_call_id, content } of messages) console.log(`${tool_call_id}: ${content}`);
