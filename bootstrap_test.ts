import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("bootstrap.sh", import.meta.url));
const SOURCE = Deno.readTextFileSync(SCRIPT);
const DENO_VERSION = /^DENO_VERSION=(.+)$/m.exec(SOURCE)?.[1] ?? "";
const LLAMA_VERSION = /^LLAMA_VERSION=(.+)$/m.exec(SOURCE)?.[1] ?? "";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the script may use on every system; a test adds npm, curl and the like as fakes. */
const TOOLS = "sh awk basename cat chmod cksum cp dirname find grep head mkdir mktemp mv rm " +
  "openssl sha256sum shasum tail tar tr";

/** A Deno that says what it was asked, and installs what the script expects to find. */
const FAKE_DENO = `#!/bin/sh
echo "deno $*" >>"$FAKE_LOG"
case "$1" in
  --version) echo "deno ${DENO_VERSION} (fake)" ;;
  eval) echo "$0" ;;
  install)
    if [ -n "\${FAKE_INSTALL_ERROR:-}" ]; then echo "$FAKE_INSTALL_ERROR" >&2; exit 1; fi
    if grep -q '"gpu"' deno.json; then
      name=$(sed -n 's/.*npm:@node-llama-cpp\\/\\(.*\\)@.*/\\1/p' deno.json)
      cat deno.lock >>"$FAKE_LOG"
      at="node_modules/.deno/@node-llama-cpp+$name@${LLAMA_VERSION}/node_modules/@node-llama-cpp/$name"
      mkdir -p "$at" && echo '{}' >"$at/package.json"
    else
      mkdir -p "node_modules/.deno/node-llama-cpp@${LLAMA_VERSION}/node_modules/@node-llama-cpp"
    fi ;;
  task)
    [ "$3" != stack ] || exit "\${FAKE_STACK:-0}"
    for word in "$@"; do echo "<$word>"; done ;;
esac
`;

/** A curl that hands out the fake Deno as the archive, or fails. */
const FAKE_CURL = `#!/bin/sh
for word in "$@"; do
  case "$previous" in -o) out=$word ;; esac
  previous=$word url=$word
done
echo "curl $url" >>"$FAKE_LOG"
case "$url" in
  *.sha256sum) printf '%s  deno.zip\\n' "$FAKE_SUM" >"$out" ;;
  *) [ -n "$FAKE_ARCHIVE" ] && cp "$FAKE_ARCHIVE" "$out" ;;
esac
`;

/** An unzip whose archive is the one file itself. */
const FAKE_UNZIP = `#!/bin/sh
cp "$2" "$4/deno"
`;

/** A fresh clone in a folder with a space in its name, and a PATH that holds only what a test adds. */
class Machine implements AsyncDisposable {
  readonly #root: string;
  readonly folder: string;

  private constructor(root: string) {
    this.#root = root;
    this.folder = `${root}/a clone`;
  }

  static async start(uname = "Linux aarch64"): Promise<Machine> {
    const machine = new Machine(await Deno.makeTempDir({ prefix: "argus-bootstrap-" }));
    await Deno.mkdir(`${machine.#root}/bin`);
    await Deno.mkdir(`${machine.folder}/models`, { recursive: true });
    await Deno.mkdir(`${machine.#root}/tmp`);
    await Deno.copyFile(SCRIPT, `${machine.folder}/bootstrap.sh`);
    await Deno.writeTextFile(`${machine.folder}/deno.json`, "{}");
    await Deno.writeTextFile(`${machine.folder}/deno.lock`, "{}");
    const link =
      `for tool in ${TOOLS}; do path=$(command -v $tool) && ln -s "$path" "$0/$tool"; done`;
    await new Deno.Command("sh", { args: ["-c", link, `${machine.#root}/bin`] }).output();
    const [system, processor] = uname.split(" ");
    await machine.add("uname", `#!/bin/sh\n[ "$1" = -m ] && echo ${processor} || echo ${system}\n`);
    await machine.add("sed", `#!/bin/sh\nexec /usr/bin/env -i PATH=/usr/bin:/bin sed "$@"\n`);
    return machine;
  }

  /** Puts an executable on PATH. */
  async add(name: string, text: string): Promise<string> {
    const path = `${this.#root}/bin/${name}`;
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, 0o755);
    return path;
  }

  /** Makes curl hand out the fake Deno. */
  async addCurl(): Promise<Record<string, string>> {
    await this.add("curl", FAKE_CURL);
    await this.add("unzip", FAKE_UNZIP);
    const archive = `${this.#root}/deno.zip`;
    await Deno.writeTextFile(archive, FAKE_DENO);
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(FAKE_DENO));
    const sum = new Uint8Array(digest).toHex();
    return { FAKE_ARCHIVE: archive, FAKE_SUM: sum };
  }

  /** Runs the script from another folder, without HOME. */
  async run(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: [`${this.folder}/bootstrap.sh`, ...args],
      cwd: `${this.#root}/tmp`,
      clearEnv: true,
      env: { PATH: `${this.#root}/bin`, FAKE_LOG: `${this.#root}/log`, ...env },
      stdin: "null",
    }).output();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** What the fakes were asked since the last look. */
  async log(): Promise<string> {
    const path = `${this.#root}/log`;
    const text = await Deno.readTextFile(path).catch(() => "");
    await Deno.writeTextFile(path, "");
    return text;
  }

  async exists(path: string): Promise<boolean> {
    return await Deno.stat(`${this.folder}/${path}`).then(() => true, () => false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** How a run of the script ended. */
interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

Deno.test("bootstrap.sh installs Deno with only curl, then runs the job with its arguments", async () => {
  await using machine = await Machine.start();
  const env = await machine.addCurl();
  const first = await machine.run(["eval", "--probes", "a file.jsonl", "$x"], env);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(first.stdout.split("\n").slice(-6, -1), [
    `<${machine.folder}/deno.json>`,
    "<eval>",
    "<--probes>",
    "<a file.jsonl>",
    "<$x>",
  ]);
  const archive = "deno-aarch64-unknown-linux-gnu.zip";
  assert.match(await machine.log(), new RegExp(`curl https://github.com/.*/v2.*/${archive}\n`));
  assert.deepEqual([...Deno.readDirSync(`${machine.folder}/.deno`)].map((e) => e.name).sort(), [
    "bin",
    "install.log",
  ]);

  const second = await machine.run(["test"], env);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /<ok>\n$/);
  assert.doesNotMatch(await machine.log(), /curl/);
});

Deno.test("bootstrap.sh refuses an archive that does not match the release's checksum", async () => {
  await using machine = await Machine.start();
  const env = await machine.addCurl();
  const { code, stderr } = await machine.run([], { ...env, FAKE_SUM: "0".repeat(64) });
  assert.equal(code, 3);
  assert.match(stderr, /checksum of 'deno-aarch64-unknown-linux-gnu.zip' does not match/);
  assert.equal(await machine.exists(".deno/bin/deno"), false);
});

Deno.test("bootstrap.sh refuses a program that does not match the pinned checksum", async () => {
  await using machine = await Machine.start("Linux x86_64");
  const { code, stderr } = await machine.run([], await machine.addCurl());
  assert.equal(code, 3);
  assert.match(stderr, /checksum of Deno \S+ does not match/);
  assert.equal(await machine.exists(".deno/bin/deno"), false);
});

Deno.test("bootstrap.sh goes on with curl when npm fails", async () => {
  await using machine = await Machine.start();
  await machine.add("npm", `#!/bin/sh\necho "npm $*" >>"$FAKE_LOG"; exit 1\n`);
  const { code, stderr } = await machine.run(["--no-stack"], await machine.addCurl());
  assert.equal(code, 0, stderr);
  assert.match(await machine.log(), /npm pack --silent @deno\/linux-arm64-glibc@[\d.]+\ncurl /);
});

Deno.test("bootstrap.sh says what to install when nothing can fetch Deno", async () => {
  await using machine = await Machine.start();
  const { code, stderr } = await machine.run(["eval"]);
  assert.equal(code, 3);
  assert.match(stderr, /Neither Deno \S+, npm nor curl was found\n.*apt-get install curl unzip/);
});

Deno.test("bootstrap.sh names the address that it could not download", async () => {
  await using machine = await Machine.start();
  const env = await machine.addCurl();
  const { code, stderr } = await machine.run(["eval"], { ...env, FAKE_ARCHIVE: "" });
  assert.equal(code, 3);
  assert.match(stderr, /Cannot download 'https:\/\/dl\.deno\.land\/release\//);
});

Deno.test("bootstrap.sh uses the Deno on PATH when it has the pinned version", async () => {
  await using machine = await Machine.start();
  await machine.add("deno", FAKE_DENO);
  const { code, stderr } = await machine.run(["eval"]);
  assert.equal(code, 0, stderr);
  assert.equal(await machine.exists(".deno/bin/deno"), false);
});

Deno.test("bootstrap.sh puts the pinned version beside another Deno on PATH", async () => {
  await using machine = await Machine.start();
  await machine.add("deno", "#!/bin/sh\necho 'deno 2.1.0 (stable)'\n");
  const { code, stderr } = await machine.run(["eval"], await machine.addCurl());
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Found Deno 2\.1\.0; this project pins/);
  assert.equal(await machine.exists(".deno/bin/deno"), true);
});

Deno.test("bootstrap.sh says what failed when the dependencies can't be installed", async () => {
  await using machine = await Machine.start();
  await machine.add("deno", FAKE_DENO);
  const { code, stderr } = await machine.run(["eval"], { FAKE_INSTALL_ERROR: "error: no route" });
  assert.equal(code, 3);
  assert.match(stderr, /error: no route\nbootstrap: The dependencies could not be installed/);
});

Deno.test("bootstrap.sh adds CUDA binaries by integrity where an NVIDIA GPU answers, once", async () => {
  await using machine = await Machine.start("Linux x86_64");
  await machine.add("deno", FAKE_DENO);
  await machine.add("nvidia-smi", "#!/bin/sh\necho 'GPU 0'\n");
  const { code, stderr } = await machine.run(["eval"]);
  assert.equal(code, 0, stderr);
  const at = `node_modules/.deno/node-llama-cpp@${LLAMA_VERSION}/node_modules/@node-llama-cpp`;
  assert.ok(await machine.exists(`${at}/linux-x64-cuda/package.json`));
  assert.ok(await machine.exists(`${at}/linux-x64-cuda-ext/package.json`));
  assert.equal((await machine.log()).match(/"integrity":"sha512-/g)?.length, 2);
  await machine.run(["eval"]);
  assert.doesNotMatch(await machine.log(), /integrity/);
});

Deno.test("bootstrap.sh adds no GPU binaries where no driver answers or none are wanted", async () => {
  await using machine = await Machine.start("Linux x86_64");
  await machine.add("deno", FAKE_DENO);
  await machine.add("nvidia-smi", "#!/bin/sh\nexit 9\n");
  await machine.run(["eval"], { ARGUS_GPU: "none" });
  assert.doesNotMatch(await machine.log(), /cuda/);
  await machine.run(["eval"]);
  assert.doesNotMatch(await machine.log(), /cuda/);
});

Deno.test("bootstrap.sh goes on without the Docker stack when no engine answers", async () => {
  await using machine = await Machine.start();
  await machine.add("deno", FAKE_DENO);
  const without = await machine.run([], { FAKE_STACK: "3" });
  assert.equal(without.code, 0, without.stderr);
  assert.match(without.stderr, /Docker stack was left alone.*\n[^]*Next:/);
  const failed = await machine.run([], { FAKE_STACK: "1" });
  assert.equal(failed.code, 1);
  await machine.log();
  await machine.run(["--no-stack"]);
  assert.doesNotMatch(await machine.log(), /stack/);
});

Deno.test("bootstrap.sh refuses an argument and a system that it does not know", async () => {
  await using machine = await Machine.start("Plan9 mips");
  const argument = await machine.run(["evaluate"]);
  assert.equal(argument.code, 2);
  assert.match(argument.stderr, /Unknown argument 'evaluate'/);
  const system = await machine.run(["eval"]);
  assert.equal(system.code, 3);
  assert.match(system.stderr, /No Deno build exists for 'Plan9 mips'/);
  const help = await machine.run(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: /);
});
