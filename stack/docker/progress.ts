/**
 * What a person sees while the stack comes up.
 *
 * @module
 */

/** A step in bringing up a service. */
export interface StackEvent {
  /** The service. */
  readonly service: string;
  /** What is going on. */
  readonly phase: "pull" | "create" | "start" | "wait" | "setup" | "ready" | "failed" | "removed";
  /** More about it, in words. */
  readonly detail?: string;
  /** Bytes fetched so far, while an image is pulled. */
  readonly received?: number;
  /** Bytes to fetch as far as known, while an image is pulled. */
  readonly total?: number;
}

const WORDS: Record<StackEvent["phase"], string> = {
  pull: "pulling",
  create: "creating",
  start: "starting",
  wait: "waiting",
  setup: "setting up",
  ready: "ready",
  failed: "failed",
  removed: "removed",
};

/**
 * One line for an event.
 *
 * @example
 * ```ts ignore
 * stackEventLine({ service: "minio", phase: "pull", received: 5e6, total: 2e7 });
 * // "minio        pulling     25 % of 20 MB"
 * ```
 *
 * @param event The event
 */
export function stackEventLine(event: StackEvent): string {
  const detail = event.detail ?? transfer(event);
  return `${event.service.padEnd(12)} ${WORDS[event.phase].padEnd(11)} ${detail}`.trimEnd();
}

function transfer({ received, total }: StackEvent): string {
  if (received === undefined) return "";
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  if (total === undefined || total === 0) return megabytes(received);
  return `${Math.floor((100 * received) / total)} % of ${megabytes(total)}`;
}

/** Counts the bytes of an image's layers from the engine's messages. */
export class PullMeter {
  readonly #layers = new Map<string, { received: number; total: number }>();

  /**
   * Takes one message of `POST /images/create` in; returns whether the count moved.
   *
   * @param message The message, parsed
   */
  take(message: PullMessage): boolean {
    const { id, status, progressDetail } = message;
    if (id === undefined) return false;
    if (status === "Downloading" && progressDetail?.current !== undefined) {
      const total = progressDetail.total ?? progressDetail.current;
      this.#layers.set(id, { received: progressDetail.current, total });
      return true;
    }
    const layer = this.#layers.get(id);
    if (layer === undefined || (status !== "Download complete" && status !== "Pull complete")) {
      return false;
    }
    layer.received = layer.total;
    return true;
  }

  /** Bytes received of the layers that are known. */
  get received(): number {
    return [...this.#layers.values()].reduce((sum, layer) => sum + layer.received, 0);
  }

  /** Bytes of the layers that are known. */
  get total(): number {
    return [...this.#layers.values()].reduce((sum, layer) => sum + layer.total, 0);
  }
}

/** One message of the engine while it pulls an image. */
export interface PullMessage {
  /** The layer. */
  readonly id?: string;
  /** What happens to it. */
  readonly status?: string;
  /** How far it is. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** Why the pull failed. */
  readonly error?: string;
}
