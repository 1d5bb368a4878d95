import type { Json } from "../probes/mod.ts";
import { SERVICE_TOOLS } from "./services/mod.ts";
import type { ServiceClients, ToolContext, ToolFunction } from "./tools/context.ts";
import { DATABASE_TOOLS } from "./tools/database.ts";
import { FILE_TOOLS } from "./tools/files.ts";
import { type ToolOutcome, unauthenticated } from "./tools/outcome.ts";

/** Every tool that the world can carry out, by name. */
export const TOOL_FUNCTIONS: ReadonlyMap<string, ToolFunction> = new Map(
  Object.entries({ ...SERVICE_TOOLS, ...FILE_TOOLS, ...DATABASE_TOOLS }),
);

/** A tool that holds the credential of its episode. */
export type BoundTool = (args: Readonly<Record<string, Json>>) => Promise<ToolOutcome>;

/** What the tools of an episode work with. */
export interface Binding extends Omit<ToolContext, keyof ServiceClients> {
  /** Clients of the services; undefined for someone without an account, who reaches none. */
  clients: ServiceClients | undefined;
  /** Moves the world's clock on, once for each call. */
  tick: () => void;
}

/** The tools with a caller's clients. */
export function boundTools(binding: Binding): ReadonlyMap<string, BoundTool> {
  const { clients, tick, ...rest } = binding;
  const context = clients && { ...rest, ...clients };
  return new Map([...TOOL_FUNCTIONS].map(([name, tool]) => [name, (args) => {
    tick();
    return context ? tool(args, context) : Promise.resolve(unauthenticated());
  }]));
}
