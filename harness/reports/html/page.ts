import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import style from "./report.css" with { type: "text" };

/** A part of a page whose text is already safe. */
export type Html = ReturnType<typeof raw>;

/** What {@linkcode page} puts together. */
export interface PageParts {
  /** Title of the window. */
  title: string;
  /** What the page shows. */
  body: Html | Promise<Html>;
  /** Text of the one script that may run; none by default. */
  script?: string;
  /** Data for the script, by element id: text that is never markup. */
  data?: Readonly<Record<string, string>>;
  /**
   * Where the page may connect to.
   * @default {"'none'"}
   */
  connect?: string;
  /**
   * Where its forms may send to.
   * @default {"'none'"}
   */
  form?: string;
}

/**
 * A self-contained page: its policy lets it load nothing, send nothing, and run the one script that
 * it names by hash. Whatever else in it looks like a script is text.
 */
export async function page(
  { title, body, script, data, connect, form }: PageParts,
): Promise<string> {
  const allowed = script === undefined ? "'none'" : `'sha256-${hashOf(script)}'`;
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src ${allowed}`,
    `connect-src ${connect ?? "'none'"}`,
    "img-src data:",
    "base-uri 'none'",
    `form-action ${form ?? "'none'"}`,
  ].join("; ");
  const carried = Object.entries(data ?? {}).map(([id, text]) =>
    raw(`<script type="application/octet-stream" id="${id}">${dataText(text)}</script>\n`)
  );
  const text = await html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>${title}</title>
        <style>${raw(style)}</style>
      </head>
      <body>
    ${await body}
    ${carried}${script === undefined ? "" : raw(`<script>${script}</script>`)}
      </body>
    </html>
  `;
  return String(text);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** JSON or base64 inside a script element: without "<" nothing can end the element. */
function dataText(text: string): string {
  return text.replaceAll("<", "\\u003c");
}
