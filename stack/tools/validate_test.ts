import assert from "node:assert/strict";
import { type Json, TOOLS } from "../../probes/mod.ts";
import { argumentProblems } from "./validate.ts";

function problems(tool: string, args: Json): string[] {
  const schema = TOOLS.get(tool)?.schema.function.parameters;
  assert.ok(schema);
  return argumentProblems(schema, args);
}

Deno.test.each<[string, Json, RegExp]>([
  ["kc_get_user", { realm: "enterprise" }, /"user_id" is missing/],
  ["kc_get_user", { realm: "enterprise", user_id: 7 }, /"user_id" must be a string/],
  ["kc_get_user", { realm: "enterprise", user_id: null }, /must be a string/],
  ["kc_get_user", { realm: "e", user_id: "u", extra: 1 }, /"extra" is not a parameter/],
  ["kc_get_user", JSON.parse('{"realm":"e","user_id":"u","__proto__":1}'), /is not a parameter/],
  ["kc_get_user", [], /must be an object/],
  ["kc_get_user", { realm: "e", user_id: "\ud800" }, /well-formed Unicode/],
  ["kc_list_users", { realm: "e", max: 1.5 }, /whole number/],
  ["kc_list_users", { realm: "e", max: 1e300 }, /whole number/],
  ["kc_list_users", { realm: "e", max: "10" }, /whole number/],
  ["kc_assign_realm_roles", { realm: "e", user_id: "u", roles: "manager" }, /must be an array/],
  [
    "kc_assign_realm_roles",
    { realm: "e", user_id: "u", roles: [1] },
    /"roles\[0\]" must be a string/,
  ],
  ["kc_set_user_enabled", { realm: "e", user_id: "u", enabled: "false" }, /true or false/],
  ["gt_list_issues", { owner: "o", repo: "r", state: "all of them" }, /one of open, closed, all/],
  ["fs_write", { path: "/share/x", content: "x".repeat(70_000) }, /more than 65536 characters/],
])("argumentProblems() says what is wrong: %s %.120j", (tool, args, wanted) => {
  assert.match(problems(tool, args).join("; "), wanted);
});

Deno.test("argumentProblems() accepts arguments that fit", () => {
  assert.deepEqual(
    problems("kc_list_users", { realm: "e", search: "é\u0000", first: 0, max: -1 }),
    [],
  );
  assert.deepEqual(problems("kc_list_realms", {}), []);
});
