/**
 * The tool layer: one function for each tool of the registry, over injected clients, so that one
 * set of tool code serves the embedded twins and the real services. It does not own the services
 * nor their state.
 *
 * @module
 */

export * from "./context.ts";
export * from "./gitea_client.ts";
export * from "./keycloak_client.ts";
export * from "./mail_client.ts";
export * from "./outcome.ts";
export * from "./s3_client.ts";
export * from "./search_client.ts";
export * from "./service_error.ts";
export * from "./validate.ts";
