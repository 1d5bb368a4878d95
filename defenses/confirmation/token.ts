import { canonicalText } from "../text/canonical.ts";
import { fold } from "../text/fold.ts";
import { importPrivateKey, URL_SAFE } from "./keys.ts";
import type { ConfirmationRequest } from "./request.ts";

/** How every token begins; the signature covers it, so that a key signs nothing else by mistake. */
export const TOKEN_PREFIX = "argus-confirm.v1.";

/** Longest token that is read, in characters. */
const MAX_TOKEN = 4_000_000;

/** What an approver signed. */
export interface Approval extends ConfirmationRequest {
  /** Name of the approver. */
  approver: string;
  /** When it ends, in milliseconds since the epoch. */
  expires: number;
  /** 16 random bytes in base64url: an approval is used once. */
  nonce: string;
}

/** Options for {@linkcode signApproval}. */
export interface SignOptions {
  /** Name of the approver. */
  approver: string;
  /** The approver's private key. */
  privateKey: JsonWebKey;
  /** When the approval ends, in milliseconds since the epoch. */
  expires: number;
  /**
   * 16 bytes in base64url.
   * @default {random bytes}
   */
  nonce?: string;
}

/** Why an approval does not hold. */
export type Refusal =
  /** It is not a token, or not in canonical form. */
  | "malformed"
  /** The keyring has no key of this approver. */
  | "unknown-approver"
  /** The signature is not of this approver's key over this content. */
  | "bad-signature"
  /** Its time is over. */
  | "expired"
  /** It would last longer than approvals may. */
  | "expires-too-late"
  /** The approver is the requester. */
  | "self-approval"
  /** It is about another tool, other arguments, or another requester. */
  | "other-tool"
  | "other-arguments"
  | "other-requester"
  /** It was used before. */
  | "used";

/**
 * Signs a request. Run it where the approver's key is, never where the agent runs.
 *
 * @throws {TypeError} when the key is not a private Ed25519 key or the arguments are not JSON.
 * @throws {RangeError} when the approver is the requester or a name is empty.
 */
export async function signApproval(
  request: ConfirmationRequest,
  options: SignOptions,
): Promise<string> {
  const { approver, expires } = options;
  const { tool, arguments: args, requester } = request;
  if (tool === "" || requester === "" || approver === "") {
    throw new RangeError("Expected a tool, a requester and an approver: none may be empty");
  }
  if (isSame(approver, requester)) {
    throw new RangeError(`"${approver}" cannot approve what "${requester}" asked for`);
  }
  if (!Number.isSafeInteger(expires)) {
    throw new RangeError(`Expected "expires" in whole milliseconds since the epoch: "${expires}"`);
  }
  const nonce = options.nonce ??
    crypto.getRandomValues(new Uint8Array(16)).toBase64(URL_SAFE);
  const payload = bytesOf(
    canonicalText({ approver, arguments: args, expires, nonce, requester, tool }),
  );
  const key = await importPrivateKey(options.privateKey);
  const signature = await crypto.subtle.sign("Ed25519", key, signed(payload));
  return `${TOKEN_PREFIX}${payload.toBase64(URL_SAFE)}.${
    new Uint8Array(signature).toBase64(URL_SAFE)
  }`;
}

/** What {@linkcode checkApproval} holds a token against. */
export interface CheckApprovalOptions {
  /** The call that waits. */
  request: ConfirmationRequest;
  /** Public keys by approver. */
  keys: ReadonlyMap<string, CryptoKey>;
  /** Now, in milliseconds since the epoch. */
  now: number;
  /** Longest time that an approval may last from now, in milliseconds. */
  maxLifetime: number;
}

/** A token that was held against a request. */
export type CheckedApproval =
  | {
    /** It holds; whether it was used before is the store's to say. */
    ok: true;
    /** What was signed. */
    approval: Approval;
  }
  | {
    /** It does not hold. */
    ok: false;
    /** Why. */
    why: Refusal;
  };

/**
 * Whether a token approves a request: canonical, signed by a known approver who is not the
 * requester, in time, and about exactly this tool, these arguments and this requester.
 */
export async function checkApproval(
  token: string,
  { request, keys, now, maxLifetime }: CheckApprovalOptions,
): Promise<CheckedApproval> {
  const read = readToken(token);
  if (read === undefined) return { ok: false, why: "malformed" };
  const { approval, payload, signature } = read;
  const key = keys.get(approval.approver);
  if (key === undefined) return { ok: false, why: "unknown-approver" };
  if (!await crypto.subtle.verify("Ed25519", key, signature, signed(payload))) {
    return { ok: false, why: "bad-signature" };
  }
  const why = mismatch(approval, request) ??
    (approval.expires <= now ? "expired" : undefined) ??
    (approval.expires > now + maxLifetime ? "expires-too-late" : undefined);
  return why === undefined ? { ok: true, approval } : { ok: false, why };
}

/** What a token says, unverified; undefined when it is none. For showing it to a person. */
export function showToken(token: string): Approval | undefined {
  return readToken(token)?.approval;
}

function mismatch(approval: Approval, request: ConfirmationRequest): Refusal | undefined {
  if (isSame(approval.approver, request.requester)) return "self-approval";
  if (isSame(approval.approver, approval.requester)) return "self-approval";
  if (approval.requester !== request.requester) return "other-requester";
  if (approval.tool !== request.tool) return "other-tool";
  return canonicalText(approval.arguments) === canonicalText(request.arguments)
    ? undefined
    : "other-arguments";
}

interface ReadToken {
  approval: Approval;
  payload: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

function readToken(token: string): ReadToken | undefined {
  if (token.length > MAX_TOKEN || !token.startsWith(TOKEN_PREFIX)) return undefined;
  const parts = token.slice(TOKEN_PREFIX.length).split(".");
  const [body, seal] = parts;
  if (parts.length !== 2 || body === undefined || seal === undefined) return undefined;
  try {
    const payload = decode(body);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
    const approval: unknown = JSON.parse(text);
    // One content has one token: what is signed, shown and compared can't differ.
    if (!isApproval(approval) || canonicalText(approval) !== text) return undefined;
    return { approval, payload, signature: decode(seal) };
  } catch {
    return undefined;
  }
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
  if (bytes.toBase64(URL_SAFE) !== text) throw new SyntaxError("Expected canonical base64url");
  return bytes;
}

const MEMBERS = ["approver", "arguments", "expires", "nonce", "requester", "tool"];

function isApproval(value: unknown): value is Approval {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (Object.keys(value).sort().join() !== MEMBERS.join()) return false;
  const { approver, arguments: args, expires, nonce, requester, tool } = value as Record<
    string,
    unknown
  >;
  return [approver, requester, tool].every((name) => typeof name === "string" && name !== "") &&
    typeof nonce === "string" && /^[\w-]{22}$/.test(nonce) &&
    Number.isSafeInteger(expires) &&
    typeof args === "object" && args !== null && !Array.isArray(args);
}

/** Whether two names are of one account: folded, and with or without the domain of an address. */
function isSame(a: string, b: string): boolean {
  const account = (name: string): string => fold(name).trim().replace(/@.*$/, "");
  return account(a) === account(b);
}

function signed(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = bytesOf(TOKEN_PREFIX);
  const all = new Uint8Array(prefix.length + payload.length);
  all.set(prefix);
  all.set(payload, prefix.length);
  return all;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
