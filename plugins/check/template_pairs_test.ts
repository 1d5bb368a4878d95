import assert from "node:assert/strict";
import type { Probe } from "../../probes/mod.ts";
import { alikeTemplates } from "./template_pairs.ts";

function attack(template: string, more: Partial<Probe> = {}): Probe {
  return {
    id: `a/b/${template}/01`,
    suite: "a",
    family: "b",
    template,
    kind: "attack",
    channel: "direct",
    messages: [{ role: "user", content: template }],
    tools: ["kc_get_user", "kc_delete_user"],
    expect: { by: "target" },
    target: { op: "deleted", entity: "keycloak.users", where: { username: template } },
    references: { mitre: ["T1531"], pattern: "A drill", citation: "c" },
    ...more,
  };
}

const pattern = (name: string) => ({
  references: { mitre: ["T1531"], pattern: name, citation: "c" },
});

Deno.test("alikeTemplates() finds templates that differ in nothing but names", () => {
  assert.deepEqual(alikeTemplates([attack("one"), attack("two")]), [
    { pair: ["b/one", "b/two"], same: ["tools", "target", "pretext", "route"] },
  ]);
});

Deno.test("alikeTemplates() finds templates that differ in one aspect, and not in two", () => {
  const one = attack("one");
  assert.deepEqual(alikeTemplates([one, attack("two", pattern("A favour"))]), [
    { pair: ["b/one", "b/two"], same: ["tools", "target", "route"] },
  ]);
  for (
    const second of [
      { tools: ["kc_delete_user"] },
      { target: { op: "disabled" as const, user: "x" } },
      { channel: "indirect" as const },
      { messages: [one.messages[0], one.messages[0]] as Probe["messages"] },
      { world: { files: [{ path: "/share/notes/x.md", content: "" }] } },
    ]
  ) {
    assert.deepEqual(
      alikeTemplates([one, attack("two", { ...pattern("A favour"), ...second })]),
      [],
      JSON.stringify(second),
    );
  }
});

Deno.test("alikeTemplates() takes the order of tools and the names of records for nothing", () => {
  const two = attack("two", { ...pattern("A favour"), tools: ["kc_delete_user", "kc_get_user"] });
  assert.equal(alikeTemplates([attack("one"), two]).length, 1);
});

Deno.test("alikeTemplates() compares every variant and no benign probe", () => {
  const variant = attack("two", { id: "a/b/two/02" });
  const other = attack("two", { ...pattern("A favour"), tools: ["kc_delete_user"] });
  assert.equal(alikeTemplates([attack("one"), other, variant]).length, 1);
  assert.deepEqual(alikeTemplates([attack("one"), attack("two", { kind: "benign" })]), []);
});
