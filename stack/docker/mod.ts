/**
 * The enterprise on Docker: the seven services, driven through the engine's API. Nothing here is loaded
 * unless the Docker stack is asked for; the embedded services need none of it.
 *
 * @module
 */

export * from "./commands.ts";
export { connectEngine, EngineError, type EngineOptions } from "./engine.ts";
export { type StackEvent, stackEventLine } from "./progress.ts";
export type { DockerService, ServiceAccess } from "./service.ts";
export { stackSeed, stackSeeded, type StackSeedOptions } from "./seed.ts";
export { SERVICES } from "./services.ts";
export { STACK_FOLDER, STACK_PROJECT } from "./project.ts";
export { StackError } from "./stack_error.ts";
export { type StackOptions, stackUp, type StackUpOptions, type StackUpReport } from "./up.ts";
