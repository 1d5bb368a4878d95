import { html } from "hono/html";
import type { Matrix } from "../../matrix/matrix.ts";
import { matrixSections } from "./matrix_sections.ts";
import { page } from "./page.ts";

/** A matrix as one self-contained page that opens from disk. */
export async function matrixPage(matrix: Matrix): Promise<string> {
  const runs = [...new Set(matrix.cells.map(({ run }) => run))];
  return await page({
    title: `Matrix ${matrix.probe_set.slice(0, 12)} · Argus`,
    body: html`
      <header>
        <h1>Gateway variants against layers</h1>
        <p class="soft">Variants: ${matrix.variants.join(", ")}. Layers: ${matrix.layers.join(
          ", ",
        )}. From ${runs.length === 1 ? "the run" : "the runs"} ${runs.join(", ")}.</p>
        <p class="soft hash">probe set ${matrix.probe_set.slice(0, 12)} · seed ${matrix.seed}</p>
      </header>
      <main>${matrixSections(matrix)}</main>
      <footer>Intervals are two-sided 95 %, clustered by template. Everything is synthetic.</footer>
    `,
  });
}
