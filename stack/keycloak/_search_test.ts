import assert from "node:assert/strict";
import { like, selects } from "./_search.ts";

Deno.test("like() reads % and _ as SQL does", () => {
  const cases: [string, string, boolean][] = [
    ["", "", true],
    ["", "%", true],
    ["a", "", false],
    ["abc", "a_c", true],
    ["abc", "a%", true],
    ["abc", "%c", true],
    ["abc", "%b", false],
    ["abcbc", "a%bc", true],
    ["a.c", "a.c", true],
    ["abc", "a.c", false],
    ["abc", "____", false],
    ["mississippi", "%iss%ip%i", true],
    ["mississippi", "%iss%ip%s", false],
  ];
  for (const [text, pattern, wanted] of cases) {
    assert.equal(like(text, pattern), wanted, `"${text}" like "${pattern}"`);
  }
});

Deno.test("no search takes long, however its pattern is made", () => {
  const row = { username: "a".repeat(255), email: "", first_name: "", last_name: "" };
  const pattern = "a%".repeat(5000) + "b";
  assert.equal(selects({ username: pattern, exact: false }, row), false);
  assert.equal(selects({ search: "*a".repeat(5000) + "b", exact: false }, row), false);
});
