import type { Progress } from "../runner/run_units.ts";

/** Shows where a run stands on stderr: one line that is redrawn, or a line now and then in a log. */
export class ProgressLine {
  readonly #started = performance.now();
  readonly #terminal = Deno.stderr.isTerminal();
  #first: number | undefined;
  #drawn = 0;
  #tenth = 0;

  /** Draws the state after a unit. */
  update(progress: Progress): void {
    const { done, total, failed } = progress;
    this.#first ??= done - 1;
    const now = performance.now();
    if (this.#terminal) {
      if (now - this.#drawn < 80 && done + failed < total) return;
      this.#drawn = now;
      write(`\r\x1b[K${this.#text(progress, now)}`);
      return;
    }
    const tenth = Math.floor((10 * (done + failed)) / total);
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    write(`${this.#text(progress, now)}\n`);
  }

  /** Ends the line. */
  end(): void {
    if (this.#terminal && this.#drawn > 0) write("\n");
  }

  #text({ done, total, failed }: Progress, now: number): string {
    const seconds = (now - this.#started) / 1000;
    const rate = (done - (this.#first ?? 0)) / Math.max(seconds, 0.001);
    const left = rate > 0 ? Math.ceil((total - done - failed) / rate) : undefined;
    const width = 24;
    const filled = Math.round((width * (done + failed)) / total);
    const bar = "#".repeat(filled) + "-".repeat(width - filled);
    return `[${bar}] ${done}/${total}  ${rate.toFixed(1)}/s  ` +
      `${left === undefined ? "" : `${clock(left)} left`}${failed > 0 ? `  ${failed} failed` : ""}`;
  }
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
