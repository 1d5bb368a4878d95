/** Public keys of those who may approve, raw Ed25519 in base64url, by name. */
export type Keyring = Readonly<Record<string, string>>;

/** A key pair of one approver. */
export interface ApproverKeys {
  /** The private key as a JSON Web Key; it stays with the approver. */
  privateKey: JsonWebKey;
  /** The public key, raw, in base64url, as a {@linkcode Keyring} holds it. */
  publicKey: string;
}

/**
 * Makes an Ed25519 key pair for an approver.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateApproverKeys } from "@argus-safety/argus/defenses";
 *
 * const { privateKey, publicKey } = await generateApproverKeys();
 * assert.equal(privateKey.x, publicKey);
 * ```
 */
export async function generateApproverKeys(): Promise<ApproverKeys> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { publicKey, privateKey } = pair as CryptoKeyPair;
  const { kty, crv, x, d } = await crypto.subtle.exportKey("jwk", privateKey);
  if (kty === undefined || crv === undefined || x === undefined || d === undefined) {
    throw new TypeError("Cannot export the key: it lacks a member of an Ed25519 JSON Web Key");
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return { privateKey: { kty, crv, x, d }, publicKey: raw.toBase64(URL_SAFE) };
}

/** Base64 as tokens and keyrings have it (RFC 4648, section 5, without padding). */
export const URL_SAFE = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Reads a private key that {@linkcode generateApproverKeys} made.
 *
 * @throws {TypeError} when it is not a private Ed25519 key.
 */
export async function importPrivateKey(key: JsonWebKey): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("jwk", key, "Ed25519", false, ["sign"]);
  } catch (cause) {
    throw new TypeError("Expected a private Ed25519 key as a JSON Web Key", { cause });
  }
}

/**
 * Reads a keyring.
 *
 * @throws {TypeError} when an entry is not a raw public Ed25519 key; a private key has no place here.
 */
export async function importKeyring(keyring: Keyring): Promise<ReadonlyMap<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const [approver, text] of Object.entries(keyring)) {
    const bytes = publicBytes(text);
    if (bytes === undefined) {
      throw new TypeError(
        `Key of "${approver}": expected 32 bytes of a public Ed25519 key in base64url`,
      );
    }
    keys.set(approver, await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]));
  }
  return keys;
}

function publicBytes(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return bytes.length === 32 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
