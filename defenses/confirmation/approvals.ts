import { digestOf } from "./request.ts";
import { showToken } from "./token.ts";

/**
 * Where approvers lodge signed approvals, out of the agent's reach. It is trusted to keep what was
 * used, not to tell true approvals from false ones.
 */
export interface Approvals {
  /** Tokens that were lodged for a request, by its digest. */
  tokens(digest: string): Promise<readonly string[]>;
  /**
   * Marks a nonce as used, at once and for good.
   *
   * @param nonce The approval's nonce.
   * @param expires When the approval ends, in milliseconds since the epoch; it may be forgotten then.
   * @returns Whether this was the first use.
   */
  use(nonce: string, expires: number): Promise<boolean>;
}

/** Approvals in memory, for one process. */
export interface MemoryApprovals extends Approvals {
  /**
   * Lodges a token.
   *
   * @throws {TypeError} when it is not one.
   */
  lodge(token: string): void;
}

/** Keeps approvals in memory. */
export function memoryApprovals(): MemoryApprovals {
  const lodged = new Map<string, string[]>();
  const used = new Set<string>();
  return {
    lodge(token) {
      const approval = showToken(token);
      if (approval === undefined) throw new TypeError("Expected a signed approval");
      const digest = digestOf(approval);
      lodged.set(digest, [...lodged.get(digest) ?? [], token]);
    },
    tokens: (digest) => Promise.resolve(lodged.get(digest) ?? []),
    use(nonce) {
      const first = !used.has(nonce);
      used.add(nonce);
      return Promise.resolve(first);
    },
  };
}
