// Talks to an MCP server through the guard, as an agent's host does:
// deno run -P=harness examples/mcp_guard.ts
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const here = (path: string) => new URL(path, import.meta.url).pathname;
const server = ["deno", "run", "--quiet", "-P=harness", here("mcp_keycloak_server.ts")];

// The host starts the guard, and the guard starts the server. `-P` keeps both to their rights.
const client = new Client({ name: "example", version: "1.0.0" });
await client.connect(
  new StdioClientTransport({
    command: "deno",
    args: [
      ...["run", "--quiet", "-P=guard", here("../harness/cli/main.ts"), "guard"],
      ...["--policy", here("mcp_guard_policy.json"), "--", ...server],
    ],
  }),
);

const { tools } = await client.listTools();
console.log(`${tools.length} tools`);
for (const user_id of ["alice.dev", "henry.compliance"]) {
  const result = await client.callTool({
    name: "kc_logout_user_sessions",
    arguments: { realm: "enterprise", user_id },
  });
  const [first] = result.content as { text: string }[];
  console.log(`${user_id}: ${result.isError ? first?.text : `done ${first?.text}`}`);
}
await client.close();
