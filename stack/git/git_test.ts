import assert from "node:assert/strict";
import { blobSha, commitSha, treeSha } from "./objects.ts";
import { changedFiles, fileDiff, textChange } from "./unified_diff.ts";

const BEFORE: Record<string, string> = {
  "README.md": "# One\n\nText\n",
  "roles/a.yaml": Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n") + "\n",
  "roles/b.yaml": "gone\n",
  "roles.txt": "no line feed at the end",
};

const AFTER: Record<string, string> = {
  "README.md": "# One\n\nText\n",
  "roles/a.yaml":
    Array.from({ length: 30 }, (_, line) => line === 4 || line === 20 ? "new" : `line ${line}`)
      .join("\n") + "\n",
  "roles.txt": "a line feed at the end\n",
  "new/deep/file.txt": "added\nlines\n",
};

async function git(folder: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [
      "-C",
      folder,
      "-c",
      "user.name=alice.dev",
      "-c",
      "user.email=alice.dev@example.com",
      ...args,
    ],
    env: { GIT_AUTHOR_DATE: "1772442000 +0000", GIT_COMMITTER_DATE: "1772442000 +0000" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const entry of [...Deno.readDirSync(folder)]) {
    if (entry.name !== ".git") await Deno.remove(`${folder}/${entry.name}`, { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, content);
  }
}

Deno.test("objects have the names, and differences the text, that Git itself gives", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await git(folder, "init", "-q", "-b", "main");
    await write(folder, BEFORE);
    await git(folder, "add", "-A");
    await git(folder, "commit", "-q", "-m", "first");
    await write(folder, AFTER);
    await git(folder, "add", "-A");
    const tree = (files: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, blobSha(text)]));
    const [before, after] = [tree(BEFORE), tree(AFTER)];
    assert.equal((await git(folder, "rev-parse", "HEAD^{tree}")).trim(), treeSha(before));
    assert.equal(
      (await git(folder, "rev-parse", "HEAD")).trim(),
      commitSha({
        tree: treeSha(before),
        parents: [],
        author: "alice.dev",
        email: "alice.dev@example.com",
        time: 1_772_442_000_000,
        message: "first",
      }),
    );
    const texts = new Map(
      [...Object.values(BEFORE), ...Object.values(AFTER)].map((text) => [blobSha(text), text]),
    );
    const ours = changedFiles(before, after)
      .map((file) => fileDiff(file, (sha) => texts.get(sha) ?? "")).join("");
    const theirs = await git(folder, "diff", "--no-renames", "--abbrev=7", "--cached");
    // Git adds the nearest heading line behind the second @@; Gitea's text has it too, ours not.
    assert.equal(ours, theirs.replaceAll(/^(@@ .* @@).*$/gm, "$1"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("texts that differ in everything are compared in time", () => {
  const text = (mark: string): string =>
    Array.from({ length: 20_000 }, (_, line) => `${mark}${line % 7}${line}`).join("\n");
  const { additions, deletions } = textChange(text("a"), text("b"));
  assert.deepEqual([additions, deletions], [20_000, 20_000]);
});
