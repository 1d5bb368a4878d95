import assert from "node:assert/strict";
import { briefText, matrixPageText, shownMatrix } from "./matrix.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));

/** Words and figures of a Markdown text, without what its formatter adds. */
function content(markdown: string): string {
  return markdown.replace(/\|[\s|:-]*\|$/gm, "").replace(/[\s|\\]+/g, " ").trim();
}

Deno.test("the matrix in README.md is the one of docs/matrix.json", () => {
  assert(content(read("../README.md")).includes(content(briefText(shownMatrix()))));
});

Deno.test("docs/matrix.md shows all of docs/matrix.json", () => {
  assert.equal(content(read("matrix.md")), content(matrixPageText(shownMatrix())));
});

Deno.test("the shown matrix fills every cell that its rows and variants ask for", () => {
  const { cells, rows, variants } = shownMatrix();
  const suites = [...new Set(cells.map(({ suite }) => suite))];
  for (const variant of variants) {
    for (const { name } of rows) {
      for (const suite of suites) {
        const found = cells.filter((cell) =>
          cell.variant === variant && cell.row === name && cell.suite === suite &&
          cell.family === null
        );
        assert.equal(found.length, 1, `${variant}, ${name}, ${suite}`);
      }
    }
  }
});
