/**
 * The tool layer: one function for each tool of the registry, over injected clients, so that one
 * set of tool code serves the embedded twins and the real services. It does not own the services
 * nor their state.
 *
 * @module
 */

import type { Json } from "../../probes/mod.ts";
import type { ToolContext, ToolFunction } from "./context.ts";
import { DATABASE_TOOLS } from "./database.ts";
import { FILE_TOOLS } from "./files.ts";
import { KEYCLOAK_TOOLS } from "./keycloak.ts";
import { keycloakRefusal } from "./keycloak_client.ts";
import type { ToolOutcome } from "./outcome.ts";

export * from "./context.ts";
export * from "./keycloak_client.ts";
export * from "./outcome.ts";
export * from "./validate.ts";

/** Every tool that this layer can carry out, by name. */
export const TOOL_FUNCTIONS: ReadonlyMap<string, ToolFunction> = new Map(
  Object.entries({ ...guarded(KEYCLOAK_TOOLS), ...FILE_TOOLS, ...DATABASE_TOOLS }),
);

function guarded(tools: Readonly<Record<string, ToolFunction>>): Record<string, ToolFunction> {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      async (args: Readonly<Record<string, Json>>, context: ToolContext): Promise<ToolOutcome> => {
        try {
          return await tool(args, context);
        } catch (error) {
          return keycloakRefusal(error);
        }
      },
    ]),
  );
}
