import { EXIT_INTERRUPTED } from "./exit.ts";

/** Turns Ctrl-C and SIGTERM into an aborted signal; a second Ctrl-C ends the process at once. */
export class StopOnSignal implements Disposable {
  readonly #abort = new AbortController();
  readonly #handler = () => {
    if (this.#abort.signal.aborted) Deno.exit(EXIT_INTERRUPTED);
    console.error("\nstopping; press Ctrl-C again to end at once");
    this.#abort.abort(new Error("The run was stopped"));
  };

  /** Listens until it is disposed. */
  constructor() {
    Deno.addSignalListener("SIGINT", this.#handler);
    Deno.addSignalListener("SIGTERM", this.#handler);
  }

  /** Aborted by the first of the two signals. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#handler);
    Deno.removeSignalListener("SIGTERM", this.#handler);
  }
}
