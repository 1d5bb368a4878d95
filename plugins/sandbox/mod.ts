/**
 * Runs plugins in processes of their own. It owns finding, inspecting, bundling and confining a
 * plugin; it does not own what a plugin is (`plugins/sdk`) nor what becomes of its probes.
 *
 * @module
 */

export * from "./first_party.ts";
export * from "./limits.ts";
export * from "./open_plugin.ts";
export * from "./packages.ts";
export * from "./plugin_error.ts";
export * from "./trace_plugin.ts";
