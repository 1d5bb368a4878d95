import { sha256 } from "../state/row_store.ts";

/** Milliseconds since the epoch at which every seeded world stands: 2 March 2026, 09:00 UTC. */
export const WORLD_TIME: number = Date.UTC(2026, 2, 2, 9);

/** One day in milliseconds. */
export const DAY = 86_400_000;

/** Deterministic choices for one part of the seeded world. */
export class SeededRandom {
  #state: number;

  /** Starts a stream of its own for each label, so that one part can grow without moving others. */
  constructor(seed: number, label: string) {
    this.#state = parseInt(sha256(`${seed}/${label}`).slice(0, 8), 16);
  }

  /** A number in [0, 1), by mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer between two bounds, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }
}

/** A UUID (version 4 in form) that depends on nothing but its arguments. */
export function seededUuid(seed: number, label: string): string {
  const hex = sha256(`${seed}/uuid/${label}`);
  const variant = "89ab"[parseInt(hex.charAt(16), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${
    hex.slice(17, 20)
  }-${hex.slice(20, 32)}`;
}

/** Letters and digits that are plainly synthetic, for canary values. */
export function canary(seed: number, label: string): string {
  return `SYN-${sha256(`${seed}/canary/${label}`).slice(0, 20).toUpperCase()}`;
}

/** The random part of a canary value: what is in front of it is alike in all of them. */
export function canaryCode(value: string): string {
  return /[0-9A-F]{12,}$/.exec(value)?.[0] ?? value;
}
