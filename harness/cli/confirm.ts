import { generateApproverKeys, signApproval } from "../../defenses/mod.ts";
import { FileApprovals, type WaitingRequest } from "../guard/file_approvals.ts";
import { readGuardPolicy } from "../guard/guard_policy.ts";
import type { KeygenOptions, SignCommandOptions } from "./commands/confirm.ts";
import { UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Makes a key pair: the private key in a file of its own, the public one in a policy or on stdout. */
export async function keygen({ approver, key, policy }: KeygenOptions): Promise<void> {
  if (approver.trim() === "") throw new UsageError("Cannot make keys for nobody: name an approver");
  const path = policy === undefined ? undefined : userPath(policy);
  const content = path === undefined ? undefined : readGuardPolicy(path);
  if (content?.keyring !== undefined && Object.hasOwn(content.keyring, approver)) {
    throw new UsageError(
      `"${policy}" has a key of "${approver}" already: take it out first if it is to be replaced`,
    );
  }
  const { privateKey, publicKey } = await generateApproverKeys();
  try {
    await Deno.writeTextFile(userPath(key), `${JSON.stringify(privateKey)}\n`, {
      createNew: true,
      mode: 0o600,
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new UsageError(`Cannot write "${key}": it exists, and a key is never overwritten`);
  }
  if (path === undefined) return console.log(JSON.stringify({ [approver]: publicKey }));
  const keyring = { ...content?.keyring, [approver]: publicKey };
  await Deno.writeTextFile(path, `${JSON.stringify({ ...content, keyring }, null, 2)}\n`);
  console.log(`The keyring of ${policy} has the public key of "${approver}"`);
}

/** Prints the requests that wait, or one in full. */
export async function show(
  digest: string | undefined,
  { approvals }: { approvals: string },
): Promise<void> {
  const folder = new FileApprovals(userPath(approvals));
  if (digest !== undefined) return console.log(fullText(await find(folder, digest)));
  const digests = await folder.waitingDigests();
  if (digests.length === 0) return console.log("Nothing waits for approval");
  for (const each of digests) {
    const { tool, requester, asked } = await find(folder, each);
    console.log(`${each.slice(0, 12)}  ${asked}  ${visible(requester)}  ${visible(tool)}`);
  }
}

/** Signs a request and lodges the approval; the token itself is not printed. */
export async function sign(digest: string, options: SignCommandOptions): Promise<void> {
  const { approver, minutes } = options;
  const folder = new FileApprovals(userPath(options.approvals));
  const request = await find(folder, digest);
  console.log(fullText(request));
  const expires = Date.now() + Math.round(minutes * 60_000);
  let token: string;
  try {
    token = await signApproval(request, { approver, privateKey: readKey(options.key), expires });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(`Cannot sign: ${error.message}`);
  }
  await folder.lodge(token);
  await folder.settle(request.digest);
  console.log(`Approved by "${approver}" until ${new Date(expires).toISOString()}, for one call`);
}

async function find(folder: FileApprovals, digest: string): Promise<WaitingRequest> {
  let found: WaitingRequest | undefined;
  try {
    found = await folder.waiting(digest);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot find one request "${digest}": "deno task confirm show" lists what waits`,
  );
}

function readKey(path: string): JsonWebKey {
  try {
    return JSON.parse(Deno.readTextFileSync(userPath(path)));
  } catch (error) {
    throw new UsageError(`Cannot read the key "${path}": ${(error as Error).message}`);
  }
}

function fullText({ digest, tool, requester, asked, arguments: args }: WaitingRequest): string {
  return [
    `request    ${digest}`,
    `asked      ${visible(asked)}`,
    `requester  ${visible(requester)}`,
    `tool       ${visible(tool)}`,
    `arguments  ${visible(JSON.stringify(args, null, 2))}`,
  ].join("\n");
}

/** Text in which look-alikes and invisible characters show as escapes: a person decides by it. */
function visible(text: string): string {
  return text.replace(
    /[^\n\x20-\x7e]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
