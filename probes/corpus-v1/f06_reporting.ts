import text from "./f06_reporting.jsonl" with { type: "text" };

/** The catalog's text, one probe a line; this file and its `.jsonl` load only where they are named. */
const catalog: string = text;

export default catalog;
