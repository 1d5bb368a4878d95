/**
 * The error of the stack's commands.
 *
 * @module
 */

/** The stack is not as it was asked to be: the message names each service, and why. */
export class StackError extends Error {
  /** Told by its name, so that callers need not import it. */
  override readonly name = "StackError";
  /** Why each service failed, by its name. */
  readonly failures: Readonly<Record<string, string>>;

  /**
   * Makes the error of a stack.
   *
   * @param message What is wrong and what to do
   * @param failures Why each service failed, by its name
   */
  constructor(message: string, failures: Readonly<Record<string, string>> = {}) {
    super(message);
    this.failures = failures;
  }
}
