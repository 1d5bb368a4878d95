// The episode browser of a report: filters the list, unpacks an episode's block, shows it. All text of
// a probe or a model goes through `textContent`: it can never become markup or script.
"use strict";

const data = JSON.parse(document.getElementById("rows").textContent);
const rows = data.rows.map((row, index) => {
  const [key, probe, suite, family, kind, outcome, stoppedBy, pass, request] = row;
  const search = `${key} ${probe} ${request}`.toLowerCase();
  return { index, key, probe, suite, family, kind, outcome, stoppedBy, pass, request, search };
});
const PAGE = 200;
const list = document.getElementById("list");
const view = document.getElementById("episode");
const count = document.getElementById("count");
const more = document.getElementById("more");
const search = document.getElementById("search");
const selects = [...document.querySelectorAll(".controls select")];
const blocks = new Map();
let shown = [];
let limit = PAGE;
let current = -1;

function make(tag, text, name) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (name) element.className = name;
  return element;
}

function fillSelects() {
  for (const select of selects) {
    const values = [...new Set(rows.map((row) => String(row[select.name] ?? "nobody")))].sort();
    for (const value of values) select.append(new Option(value, value));
    select.addEventListener("change", filter);
  }
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = rows.filter((row) =>
    selects.every(({ name, value }) => value === "" || String(row[name] ?? "nobody") === value) &&
    words.every((word) => row.search.includes(word))
  );
  limit = PAGE;
  draw();
}

function draw() {
  list.replaceChildren(
    ...shown.slice(0, limit).map((row) => {
      const item = make("li");
      item.id = `row-${row.index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(row.index === current));
      item.append(
        make("span", row.outcome, `tag ${row.pass ? "good" : "bad"}`),
        ` ${row.probe}`,
        make("div", row.request, "soft"),
      );
      item.addEventListener("click", () => select(row.index));
      return item;
    }),
  );
  count.textContent = `${shown.length} of ${rows.length} episodes`;
  more.hidden = shown.length <= limit;
}

async function episodeAt(index) {
  const number = Math.floor(index / data.size);
  if (!blocks.has(number)) {
    const text = document.getElementById(`block-${number}`).textContent.trim();
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    blocks.set(number, await new Response(stream).json());
  }
  return blocks.get(number)[index % data.size];
}

async function select(index) {
  current = index;
  for (const item of list.children) {
    item.setAttribute("aria-selected", String(item.id === `row-${index}`));
  }
  const item = document.getElementById(`row-${index}`);
  if (item) {
    item.scrollIntoView({ block: "nearest" });
    list.setAttribute("aria-activedescendant", item.id);
  }
  history.replaceState(null, "", `#${rows[index].key}`);
  const episode = await episodeAt(index);
  if (current === index) view.replaceChildren(...show(episode));
}

function show({ verdict, probe, turns }) {
  const title = make("h3", verdict.probe_id);
  const facts = make("p", null, "soft");
  facts.append(
    make("span", verdict.outcome, `tag ${verdict.pass ? "good" : "bad"}`),
    ` ${verdict.kind}, ${verdict.channel}; granted ${yes(verdict.granted)}, acted ${
      yes(verdict.acted)
    }, ${verdict.kind === "attack" ? "hit" : "target reached"} ${yes(verdict.hit)}; stopped by ${
      verdict.stopped_by ?? "nobody"
    }; ${verdict.turns} turns, ${verdict.tokens} tokens, ${verdict.ms} ms`,
  );
  const planted = probe.world ? [card("Planted", [pre(JSON.stringify(probe.world, null, 1))])] : [];
  const about = make("div", null, "columns");
  about.append(
    card("Probe", [
      pre(`requester ${probe.requester ?? "nobody"}\ntools ${probe.tools.join(", ")}`),
      ...(probe.target ? [pre(`target ${JSON.stringify(probe.target)}`)] : []),
    ]),
    ...planted,
  );
  return [title, facts, about, ...turns.flatMap(showTurn)];
}

function showTurn(turn, number) {
  const grid = make("div", null, "columns");
  const { gateway } = turn;
  const decision = gateway ? gateway.decision.kind : "not asked";
  grid.append(
    card("Request", [pre(turn.request), ...findings(turn.requestFindings)]),
    card(`Gateway: ${decision}`, [
      ...(gateway ? [pre(gateway.generation.raw.trim())] : []),
      ...(gateway && gateway.pApprove !== null
        ? [make("div", `P(APPROVE) ${gateway.pApprove.toFixed(4)}`, "soft")]
        : []),
      ...findings(turn.intentFindings),
    ]),
  );
  for (const [index, step] of turn.steps.entries()) {
    grid.append(
      card(`Executor ${index + 1}: ${step.reply}`, [
        ...(step.calls.length === 0 ? [pre(step.generation.raw.trim())] : []),
        ...step.calls.flatMap(showCall),
      ]),
    );
  }
  const changes = [
    ...turn.steps.flatMap(({ calls }) => calls.flatMap(({ diff }) => diff)),
    ...turn.disclosed,
  ];
  grid.append(
    card("State diff", changes.length ? changes.map(showChange) : [make("div", "nothing", "soft")]),
  );
  grid.append(card("Reply to the requester", [pre(turn.reply)]));
  return [make("h3", `Turn ${number + 1}`), grid];
}

function showCall({ call, status, callFindings, commitFindings, resultFindings, result }) {
  return [
    pre(`${call.name} ${JSON.stringify(call.arguments)}\n→ ${status ?? "stopped"}`),
    ...findings([...callFindings, ...commitFindings]),
    ...(result === null ? [] : [pre(result)]),
    ...findings(resultFindings),
  ];
}

function showChange({ service, entity, id, change, before, after }) {
  const sign = { created: "+", deleted: "-", updated: "~", read: "?" }[change];
  const columns = change === "updated"
    ? Object.keys({ ...before, ...after })
      .filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]))
      .map((name) =>
        `${name}: ${JSON.stringify(before?.[name])} → ${JSON.stringify(after?.[name])}`
      )
    : [JSON.stringify(after ?? before)];
  return pre(`${sign} ${service}.${entity} ${id}\n${columns.join("\n")}`);
}

function findings(all) {
  const colours = { allow: "soft", confirm: "warn", rewrite: "warn", block: "bad", error: "bad" };
  return all.map(({ defense, action, rule, reason }) =>
    make("div", `${defense}: ${action} (${rule}) ${reason}`, colours[action])
  );
}

function card(title, parts) {
  const element = make("section", null, "card");
  element.append(make("h4", title), ...parts);
  return element;
}

function pre(text) {
  return make("pre", text);
}

function yes(value) {
  return value === null ? "not decidable" : value ? "yes" : "no";
}

function move(step) {
  const at = shown.findIndex(({ index }) => index === current);
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + step))];
  if (!next) return;
  if (shown.indexOf(next) >= limit) {
    limit += PAGE;
    draw();
  }
  select(next.index);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement &&
    /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "Escape" && typing) return event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const inList = document.activeElement === list;
  if (event.key === "/") search.focus();
  else if (event.key === "j" || (event.key === "ArrowDown" && inList)) move(1);
  else if (event.key === "k" || (event.key === "ArrowUp" && inList)) move(-1);
  else return;
  event.preventDefault();
});
search.addEventListener("input", filter);
more.addEventListener("click", () => {
  limit += PAGE;
  draw();
});
function openHash() {
  const key = location.hash.slice(1);
  const row = key === ""
    ? undefined
    : rows.find((row) => row.key.startsWith(key) || row.probe === key);
  if (row && row.index !== current) select(row.index);
}
addEventListener("hashchange", openHash);
fillSelects();
filter();
openHash();
