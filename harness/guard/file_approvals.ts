import { join } from "node:path";
import {
  type Approvals,
  type ConfirmationRequest,
  digestOf,
  showToken,
} from "../../defenses/mod.ts";

/** Largest file of an approval or a request that is read, in bytes. */
const MAX_FILE = 8_000_000;

/** Most tokens for one request that are looked at. */
const MAX_TOKENS = 64;

/** A request that waits for an approver, as its file has it. */
export interface WaitingRequest extends ConfirmationRequest {
  /** Its digest, which is also the file's name. */
  digest: string;
  /** When it was first asked for, in ISO 8601. */
  asked: string;
}

/**
 * Approvals in a folder, the meeting place of a guard and its approvers:
 *
 * ```
 * requests/<digest>.json            what waits, for the approver to read
 * approvals/<digest>/<nonce>.token  what was signed
 * used/<nonce>                      what was used
 * ```
 *
 * Nothing in it has to be kept from being read: a token approves one call, once. `used` has to be
 * kept from being emptied by others than the guard.
 */
export class FileApprovals implements Approvals {
  readonly #folder: string;

  /** Uses a folder, which is made when something is first written. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async tokens(digest: string): Promise<readonly string[]> {
    const folder = join(this.#folder, "approvals", checked(digest));
    const names = await namesIn(folder);
    const texts = await Promise.all(
      names.filter((name) => name.endsWith(".token")).slice(0, MAX_TOKENS)
        .map((name) => readSmall(join(folder, name))),
    );
    return texts.flatMap((text) => text === undefined ? [] : [text.trim()]);
  }

  async use(nonce: string): Promise<boolean> {
    const folder = join(this.#folder, "used");
    await Deno.mkdir(folder, { recursive: true });
    try {
      // The one that makes the file is the one that uses the approval, in whatever process.
      await Deno.writeTextFile(join(folder, checked(nonce)), "", { createNew: true });
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    }
  }

  /** Puts a request where approvers find it. */
  async ask(request: ConfirmationRequest, now: number): Promise<WaitingRequest> {
    const waiting = { ...request, digest: digestOf(request), asked: new Date(now).toISOString() };
    await writeWhole(
      join(this.#folder, "requests"),
      `${waiting.digest}.json`,
      `${JSON.stringify(waiting, null, 2)}\n`,
    );
    return waiting;
  }

  /** Takes a request back that waits no longer. */
  async settle(digest: string): Promise<void> {
    try {
      await Deno.remove(join(this.#folder, "requests", `${checked(digest)}.json`));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /**
   * The request with this digest, or whose digest begins so; undefined when none or several do.
   *
   * @throws {TypeError} when its file is not the request that its name says.
   */
  async waiting(digest: string): Promise<WaitingRequest | undefined> {
    const found = (await this.waitingDigests()).filter((name) => name.startsWith(digest));
    const [only] = found;
    if (digest === "" || found.length !== 1 || only === undefined) return undefined;
    const text = await readSmall(join(this.#folder, "requests", `${only}.json`));
    const request = text === undefined ? undefined : parseRequest(text);
    if (request?.digest === only && digestOf(request) === only) return request;
    throw new TypeError(`The request "${only}" is not what its name says: do not sign it`);
  }

  /** Digests of all requests that wait. */
  async waitingDigests(): Promise<string[]> {
    const names = await namesIn(join(this.#folder, "requests"));
    return names.flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []).sort();
  }

  /**
   * Lodges a signed approval; returns its file.
   *
   * @throws {TypeError} when it is not a token.
   */
  async lodge(token: string): Promise<string> {
    const approval = showToken(token);
    if (approval === undefined) throw new TypeError("Expected a signed approval");
    const folder = join(this.#folder, "approvals", digestOf(approval));
    await writeWhole(folder, `${approval.nonce}.token`, `${token}\n`);
    return join(folder, `${approval.nonce}.token`);
  }
}

function parseRequest(text: string): WaitingRequest | undefined {
  try {
    const { tool, arguments: args, requester, digest, asked } = JSON.parse(text);
    const texts = [tool, requester, digest, asked];
    const fits = texts.every((each) => typeof each === "string") &&
      typeof args === "object" && args !== null && !Array.isArray(args);
    return fits ? { tool, arguments: args, requester, digest, asked } : undefined;
  } catch {
    return undefined;
  }
}

/** A digest or a nonce as part of a path; neither has a dot or a slash. */
function checked(name: string): string {
  if (/^[\w-]{1,64}$/.test(name)) return name;
  throw new TypeError(`Expected a digest or a nonce: "${name.slice(0, 80)}"`);
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function readSmall(path: string): Promise<string | undefined> {
  const { size, isFile } = await Deno.lstat(path);
  return isFile && size <= MAX_FILE ? await Deno.readTextFile(path) : undefined;
}

/** Writes a file whole or not at all, since others watch the folder. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  const part = join(folder, `.${name}.${crypto.randomUUID()}.part`);
  await Deno.writeTextFile(part, text, { mode: 0o600 });
  await Deno.rename(part, path);
}
