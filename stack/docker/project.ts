/** The folder that keeps the passwords unless another is named. */
export const STACK_FOLDER = ".cache/stack";
/** The prefix of every name on the engine unless another is named. */
export const STACK_PROJECT = "argus";
