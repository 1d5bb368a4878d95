import type { ToolFunction } from "./context.ts";
import { refused, type ToolOutcome } from "./outcome.ts";

/** An answer of a service other than 2xx. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  /** Keeps the status and what the service said. */
  constructor(
    /** HTTP status. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The tool outcome for an error of a service: 401 and 403 are denials. */
function serviceRefusal(error: unknown): ToolOutcome {
  if (!(error instanceof ServiceError)) throw error;
  const status = error.status === 401 || error.status === 403 ? "denied" : "error";
  return refused(status, error.message, { status: error.status });
}

/** The tools, with each {@linkcode ServiceError} turned into the outcome that it stands for. */
export function guarded(
  tools: Readonly<Record<string, ToolFunction>>,
): Readonly<Record<string, ToolFunction>> {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]): [string, ToolFunction] => [
      name,
      async (args, context) => {
        try {
          return await tool(args, context);
        } catch (error) {
          return serviceRefusal(error);
        }
      },
    ]),
  );
}
