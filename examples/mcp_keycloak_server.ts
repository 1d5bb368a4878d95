// An MCP server over the Keycloak tools of the embedded enterprise, to put a guard in front of:
// deno run -P=harness examples/mcp_keycloak_server.ts
import { TOOLS } from "@argus-safety/argus/probes";
import { openEmbeddedWorld } from "@argus-safety/argus/stack";
import { Server, type Tool } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

const world = await openEmbeddedWorld();
const episode = await world.episode();
const tools = [...TOOLS.values()]
  .map(({ schema }) => schema.function)
  .filter(({ name }) => name.startsWith("kc_"));

const server = new Server({ name: "keycloak", version: "1.0.0" }, { capabilities: { tools: {} } });
server.setRequestHandler("tools/list", () => ({
  tools: tools.map(({ name, description, parameters }) => ({
    name,
    description,
    inputSchema: parameters as unknown as Tool["inputSchema"],
  })),
}));
server.setRequestHandler("tools/call", async ({ params }) => {
  const call = { name: params.name, arguments: params.arguments ?? {} };
  const made = await episode.prepare(call as Parameters<typeof episode.prepare>[0]);
  await made.commit();
  return { content: [{ type: "text", text: made.result }], isError: made.status !== "executed" };
});

const transport = new StdioServerTransport();
server.onclose = async () => {
  await episode.close();
  await world[Symbol.asyncDispose]();
};
await server.connect(transport);
