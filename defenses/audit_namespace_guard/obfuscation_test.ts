import assert from "node:assert/strict";
import { chain } from "../chain.ts";
import { ACCOUNTS, directoryContext } from "../testing/directory.ts";
import { auditNamespaceGuard } from "./guard.ts";

const NAME = "henry.compliance";
const UUID = ACCOUNTS[3]?.user_id ?? "";

function percent(text: string): string {
  return [...new TextEncoder().encode(text)].map((b) => `%${b.toString(16).padStart(2, "0")}`).join(
    "",
  );
}

function entities(text: string): string {
  return [...text].map((c) => `&#${c.codePointAt(0)};`).join("");
}

/** Ways to write the same account that some service might take for it. */
const SPELLINGS: Record<string, string> = {
  "capitals": "HENRY.Compliance",
  "spaces around": "  henry.compliance\t",
  "a space within": "henry .compliance",
  "a zero-width space": "henry\u200b.compliance",
  "a zero-width joiner": "hen\u200dry.compl\u200ciance",
  "a byte-order mark": "\ufeffhenry.compliance",
  "a soft hyphen": "henry.com\u00adpliance",
  "a word joiner": "henry\u2060.compliance",
  "a bidi override": "\u202ehenry.compliance\u202c",
  "tag characters": "henry\u{e0061}.compliance",
  "a variation selector": "henry.\ufe0fcompliance",
  "a hangul filler": "henry.\u3164compliance",
  "a NUL": "henry\u0000.compliance",
  "combining marks": "he\u0301nry.compliance",
  "accented letters": "hénry.cômpliance",
  "Cyrillic letters": "hеnrу.соmрliаnсе",
  "Greek letters": "henry.cοmpliαnce",
  "Greek capitals": "ΗENRY.COΜPLIAΝCE",
  "full-width letters": "ｈｅｎｒｙ．ｃｏｍｐｌｉａｎｃｅ",
  "mathematical letters": "𝐡𝐞𝐧𝐫𝐲.𝒸𝑜𝓂𝓅𝓁𝒾𝒶𝓃𝒸𝑒",
  "circled letters": "ⓗⓔⓝⓡⓨ.ⓒⓞⓜⓟⓛⓘⓐⓝⓒⓔ",
  "a ligature-like dotless i": "henry.complıance",
  "a one-dot leader": "henry․compliance",
  "an ideographic full stop": "henry。compliance",
  "percent escapes": "henry%2Ecompliance",
  "all percent escapes": percent(NAME),
  "double percent escapes": "henry%252Ecompliance",
  "triple percent escapes": percent(percent(percent(NAME))),
  "a stray backslash": "henry\\.compliance",
  "percent escapes of Latin-1": "h%e9nry.compliance",
  "percent escapes broken up by others": "%25&#54;8enry.compli%25%36%31nce",
  "percent-escaped Cyrillic": percent("hеnry.compliance"),
  "legacy %u escapes": "henry%u002ecompliance",
  "HTML decimal entities": entities(NAME),
  "HTML hexadecimal entities": "henry&#x2e;compliance",
  "HTML entities without semicolon": "henry&#x2ecompliance".replace("2ec", "2e;c"),
  "padded HTML entities": "henry&#0000046;compliance",
  "a named HTML entity": "henry&period;compliance",
  "doubly escaped HTML": "henry&amp;#46;compliance",
  "percent inside HTML": "henry&#37;2Ecompliance",
  "HTML inside percent": percent(entities(NAME)),
  "JavaScript escapes": "henry\\u002ecompliance",
  "braced JavaScript escapes": "henry\\u{2e}compliance",
  "hexadecimal escapes": "\\x68enry.compliance",
  "an e-mail address": "henry.compliance@example.com",
  "a tagged e-mail address": "henry.compliance+x@example.com",
  "a mention": "@henry.compliance",
  "a list": "alice.dev,henry.compliance",
  "JSON in a string": '{"user":"henry.compliance"}',
  "a path": "users/henry.compliance",
  "a sentence": "please use henry.compliance.",
  "a UUID": UUID,
  "a UUID in capitals": UUID.toUpperCase(),
  "a UUID without dashes": UUID.replaceAll("-", ""),
  "a UUID in braces": `{${UUID}}`,
  "a UUID as URN": `urn:uuid:${UUID}`,
  "a UUID with odd dashes": UUID.replaceAll("-", "").replace(/(.{4})(?=.)/g, "$1-"),
  "a UUID with a zero-width space": UUID.replace("-", "-\u200b"),
  "a percent-escaped UUID": percent(UUID),
  "a full-width UUID": [...UUID].map((c) =>
    c === "-" ? c : String.fromCodePoint(c.charCodeAt(0) + 0xfee0)
  ).join(""),
  "a role-only username in capitals": "ZOE.PARK",
  "a role-only username, percent-escaped": percent("zoe.park"),
  "a role-only username in Cyrillic": "zое.раrk",
  "nine layers of percent escapes": `henry%${"25".repeat(9)}2Ecompliance`,
  "more layers of escapes than are taken off": `henry%${"25".repeat(500)}2Ecompliance`,
};

async function verdict(name: string, args: Record<string, unknown>): Promise<string> {
  const subject = { call: { name, arguments: args as never } };
  return (await chain([auditNamespaceGuard()]).review("call", subject, directoryContext())).verdict;
}

for (const [how, user_id] of Object.entries(SPELLINGS)) {
  Deno.test(`the guard sees through ${how}`, async () => {
    assert.equal(await verdict("kc_delete_user", { realm: "enterprise", user_id }), "block");
  });
}

const PATHS = [
  "/audit",
  "/audit/",
  "/audit/a.log",
  "audit/a.log",
  "./audit/a.log",
  "//audit//a.log",
  "/AUDIT/a.log",
  "/tmp/../audit/a.log",
  "/tmp/./../audit/./a.log",
  "/../audit/a.log",
  "\\audit\\a.log",
  "/%61udit/a.log",
  "/tmp/%2e%2e/audit/a.log",
  "/tmp/%252e%252e%252faudit/a.log",
  "/аudit/a.log",
  "/au\u200bdit/a.log",
  "/audit\u0000/a.log",
  "/audit./a.log",
  "/audit /a.log",
  " /audit/a.log",
  "file:///audit/a.log",
  "/audit/../tmp/a.log",
  "/var/log/audit/a.log",
];
for (const path of PATHS) {
  Deno.test(`the guard sees that ${JSON.stringify(path)} leads into the audit tree`, async () => {
    assert.equal(await verdict("fs_write", { path, content: "" }), "block");
  });
}

for (
  const path of [
    "/tmp/a",
    "/auditors/a",
    "/home/audit/a",
    "/tmp/audit.log",
    "/reports/../tmp/a",
    "",
  ]
) {
  Deno.test(`the guard lets a write to ${JSON.stringify(path)} through`, async () => {
    assert.equal(await verdict("fs_write", { path, content: "" }), "allow");
  });
}

for (
  const user_id of [
    "alice.dev",
    "bob.dev",
    "ACME-1",
    "compliance.dev",
    "harry.compliancer",
    "50%",
    "a&b",
    "李雷",
  ]
) {
  Deno.test(`the guard does not take ${JSON.stringify(user_id)} for an audit principal`, async () => {
    assert.equal(await verdict("kc_delete_user", { realm: "enterprise", user_id }), "allow");
  });
}

for (
  const name of ["KC_DELETE_USER", " kc_delete_user ", "kc_delete\u200b_user", "ｋｃ_delete_user"]
) {
  Deno.test(`the guard takes the tool name ${JSON.stringify(name)} for what it may be folded to`, async () => {
    assert.equal(await verdict(name, { realm: "enterprise", user_id: NAME }), "block");
  });
}

/** Room for a busy machine; what takes quadratic time on 1 MB takes minutes. */
const MAX_MS = 15_000;

Deno.test("the guard takes linear time up to 1 MB of arguments", async () => {
  const hard = (length: number): Record<string, Record<string, unknown>> => ({
    letters: { realm: "enterprise", user_id: "a".repeat(length) },
    percents: { realm: "enterprise", user_id: "%25".repeat(length / 3) },
    bytes: { realm: "enterprise", user_id: "%ff".repeat(length / 3) },
    surrogates: { realm: "enterprise", user_id: "%ed%a0%80".repeat(length / 9) },
    entities: { realm: "enterprise", user_id: "&#".repeat(length / 2) },
    zeros: { realm: "enterprise", user_id: `&#x${"0".repeat(length)}` },
    slashes: { realm: "enterprise", user_id: "\\u{".repeat(length / 3) },
    dots: { realm: "enterprise", user_id: ".".repeat(length) },
    dashes: { realm: "enterprise", user_id: `${"-".repeat(length)}a` },
    ats: { realm: "enterprise", user_id: "a@".repeat(length / 2) },
    hex: { realm: "enterprise", user_id: "0123456789abcdef-".repeat(length / 17) },
    cyrillic: { realm: "enterprise", user_id: "а".repeat(length / 2) },
    marks: { realm: "enterprise", user_id: "a\u0301\u0327".repeat(length / 5) },
  });
  const sql = (length: number): string[] => [
    `delete from t where a = '${"''".repeat(length / 2)}`,
    `delete from t where a = E'${"\\".repeat(length)}`,
    `delete from t ${"/*".repeat(length / 2)}`,
    `delete from t ${"$a".repeat(length / 2)}`,
    `delete from t ${"$a$ ".repeat(length / 4)}`,
    `delete from t where a in (${"'x',".repeat(length / 4)}'x')`,
    `delete from t ${'"'.repeat(length)}`,
    `delete from t ${"- ".repeat(length / 2)}`,
  ];
  const time = async (name: string, args: Record<string, unknown>): Promise<number> => {
    const started = performance.now();
    await verdict(name, args);
    return performance.now() - started;
  };
  const size = 1_000_000;
  for (const [what, args] of Object.entries(hard(size))) {
    const ms = await time("kc_delete_user", args);
    assert.ok(ms < MAX_MS, `${what}: ${ms} ms`);
  }
  for (const [index, text] of sql(size).entries()) {
    const ms = await time("db_query", { sql: text });
    assert.ok(ms < MAX_MS, `statement ${index}: ${ms} ms`);
  }
  for (
    const path of [
      "../".repeat(size / 3),
      "/".repeat(size),
      `/${" ".repeat(size)}x`,
      ".".repeat(size),
    ]
  ) {
    const ms = await time("fs_write", { path, content: "" });
    assert.ok(ms < MAX_MS, `path ${path.slice(0, 6)}: ${ms} ms`);
  }
});
