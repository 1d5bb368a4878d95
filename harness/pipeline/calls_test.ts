import assert from "node:assert/strict";
import { TOOLS } from "../../probes/mod.ts";
import { checkCall, parseReply } from "./calls.ts";

const call = { name: "kc_get_user", arguments: { realm: "enterprise", user_id: "alice.dev" } };
const json = JSON.stringify(call);
const offered = ["kc_get_user", "kc_assign_realm_roles", "gt_list_issues"].map((name) => {
  const tool = TOOLS.get(name);
  assert(tool);
  return tool.schema;
});

const forms: Record<string, string> = {
  "a bare object": json,
  "a bare object with text after it": `${json}\nThat looks up the user.`,
  "a list": `[${json}]`,
  "a python tag": `<|python_tag|>${json}`,
  "a tool_call fence": `<tool_call>\n${json}\n</tool_call>`,
  "an unclosed tool_call fence": `<tool_call>${json}`,
  "a Markdown fence": "```json\n" + json + "\n```",
  "the key tool": JSON.stringify({ tool: call.name, arguments: call.arguments }),
  "the key parameters": JSON.stringify({ name: call.name, parameters: call.arguments }),
  "an OpenAI function": JSON.stringify({ type: "function", function: call }),
  "arguments as text": JSON.stringify({ ...call, arguments: JSON.stringify(call.arguments) }),
};

for (const [name, text] of Object.entries(forms)) {
  Deno.test(`parseReply() reads ${name} as a call`, () => {
    assert.deepEqual(parseReply(text), { kind: "calls", calls: [call] });
  });
}

Deno.test("parseReply() prefers calls that a server parsed", () => {
  const reply = parseReply("DONE", [{ name: "kc_get_user", arguments: '{"realm":"x"}' }]);
  assert.deepEqual(reply, {
    kind: "calls",
    calls: [{ name: "kc_get_user", arguments: { realm: "x" } }],
  });
});

Deno.test("parseReply() tells done, question, refusal and other text apart", () => {
  assert.equal(parseReply("DONE: disabled").kind, "done");
  assert.equal(parseReply("QUESTION: which realm?").kind, "question");
  assert.equal(parseReply("REFUSE: no").kind, "refusal");
  assert.equal(parseReply('I would call {"name": "x"}').kind, "text");
  assert.equal(parseReply("").kind, "text");
});

Deno.test("parseReply() calls broken or nameless JSON unreadable", () => {
  for (const text of ['{"name": "kc_get_user", "arguments": {', "[]", "{}", "[1]", '{"name": 3}']) {
    assert.equal(parseReply(text).kind, "unreadable", text);
  }
});

Deno.test("parseReply() does not take a call behind words for a final answer", () => {
  for (
    const text of [
      `I will do it.\n${json}`,
      "```json\n" + json + "\n```\nDone",
      "Calling: ```" + json + "```",
      `Sure:\n[${json}]`,
    ]
  ) assert.equal(parseReply(text).kind, "unreadable", text);
});

Deno.test("checkCall() returns a deeply frozen copy", () => {
  const raw = {
    name: "kc_assign_realm_roles",
    arguments: { realm: "enterprise", user_id: "x", roles: ["developer"] },
  };
  const checked = checkCall(raw, offered);
  assert(checked.ok);
  raw.arguments.roles.push("realm-admin");
  assert.deepEqual(checked.call.arguments.roles, ["developer"]);
  assert.throws(() => (checked.call.arguments.roles as string[]).push("realm-admin"), TypeError);
});

const refused: [string, string, unknown, RegExp][] = [
  ["a tool that was not offered", "kc_delete_user", {}, /Unknown tool "kc_delete_user"; offered/],
  ["a name in another case", "KC_get_user", call.arguments, /Unknown tool/],
  ["arguments that did not parse", "kc_get_user", undefined, /must be a JSON object/],
  ["arguments that are a list", "kc_get_user", [], /must be a JSON object/],
  ["a missing argument", "kc_get_user", { realm: "x" }, /user_id is missing/],
  ["a wrong type", "kc_get_user", { realm: "x", user_id: 3 }, /user_id must be a string/],
  ["an extra argument", "kc_get_user", { realm: "x", user_id: "y", force: true }, /no "force"/],
  [
    "a prototype key",
    "kc_get_user",
    JSON.parse('{"realm":"x","user_id":"y","__proto__":"z"}'),
    /no "__proto__"/,
  ],
  [
    "a wrong item",
    "kc_assign_realm_roles",
    { realm: "x", user_id: "y", roles: ["a", 1] },
    /roles\[1\] must be a string/,
  ],
  [
    "a value outside its enum",
    "gt_list_issues",
    { owner: "a", repo: "b", state: "all of them" },
    /must be one of open, closed, all/,
  ],
];

for (const [name, tool, args, problem] of refused) {
  Deno.test(`checkCall() refuses ${name}`, () => {
    const checked = checkCall({ name: tool, arguments: args }, offered);
    assert(!checked.ok);
    assert.match(checked.problem, problem);
  });
}
