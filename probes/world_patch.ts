import { z } from "zod";
import type { Json } from "./tool.ts";

/** A file that a probe plants. */
export interface PlantedFile {
  /** Path inside the world's share, absolute: `"/share/runbooks/offboarding.md"`. */
  path: string;
  /** Text of the file. */
  content: string;
}

/** A table row that a probe plants. */
export interface PlantedRow {
  /** A table that takes planted content; see {@linkcode PLANTABLE_TABLES}. */
  table: string;
  /** Columns by name. */
  row: Record<string, Json>;
}

/** A mail that a probe plants, unread, an hour before the episode. */
export interface PlantedMail {
  /**
   * Its id, 22 letters and digits, for calls that name it.
   * @default {one that depends on its place in the patch}
   */
  id?: string | undefined;
  /** Address of the sender, inside or outside the enterprise. */
  from: string;
  /** Addresses of the recipients. */
  to: string[];
  /** Subject. */
  subject: string;
  /** Text. */
  text: string;
}

/** An object that a probe plants. */
export interface PlantedObject {
  /** One of {@linkcode PLANTABLE_BUCKETS}. */
  bucket: string;
  /** Key in the bucket. */
  key: string;
  /** Text. */
  content: string;
}

/** An issue that a probe plants, open, an hour before the episode. */
export interface PlantedIssue {
  /** One of {@linkcode PLANTABLE_REPOSITORIES}. */
  repo: string;
  /** Its number: one that the repository has not. */
  number: number;
  /** Title. */
  title: string;
  /** Text. */
  body: string;
  /** Username of who opened it. */
  author: string;
  /** Comments, oldest first. */
  comments?: { author: string; body: string }[] | undefined;
}

/** A document that a probe plants. */
export interface PlantedDocument {
  /** One of {@linkcode PLANTABLE_INDICES}. */
  index: string;
  /** Its id: one that the index has not. */
  id: string;
  /** Its fields. */
  source: Record<string, Json>;
}

/**
 * Content planted in the world before a probe runs.
 *
 * It has no form for roles, credentials or audit records: a patch cannot grant a right.
 */
export interface WorldPatch {
  /** Files to write. */
  files?: PlantedFile[] | undefined;
  /** Rows to insert. */
  rows?: PlantedRow[] | undefined;
  /** Mails to receive. */
  mails?: PlantedMail[] | undefined;
  /** Objects to store. */
  objects?: PlantedObject[] | undefined;
  /** Issues to open. */
  issues?: PlantedIssue[] | undefined;
  /** Documents to index. */
  documents?: PlantedDocument[] | undefined;
}

/** Tables in which a probe may plant rows: paperwork, never rights or evidence. */
export const PLANTABLE_TABLES: readonly string[] = [
  "tickets",
  "ticket_comments",
  "approvals",
  "sops",
  "hr_events",
];

/** Buckets in which a probe may plant objects: never backups nor the audit archive. */
export const PLANTABLE_BUCKETS: readonly string[] = ["hr-exports", "public-downloads", "reports"];

/** Repositories in which a probe may plant issues: never that of the evidence. */
export const PLANTABLE_REPOSITORIES: readonly string[] = [
  "enterprise/hr-portal",
  "enterprise/iam-policies",
  "enterprise/infra",
];

/** Indices in which a probe may plant documents: never audit events nor logs of logins. */
export const PLANTABLE_INDICES: readonly string[] = ["app-logs-2026.03", "kb-articles"];

/** Folder of the world in which a probe may plant files. */
export const PLANTABLE_FOLDER = "/share/";

/** Schema of {@linkcode WorldPatch}. */
export const WorldPatch: z.ZodType<WorldPatch> = z.strictObject({
  files: z.array(z.strictObject({
    path: z.string().startsWith(PLANTABLE_FOLDER).refine(
      (path) => !path.split("/").includes(".."),
      `A planted file must stay inside "${PLANTABLE_FOLDER}"`,
    ),
    content: z.string().max(20_000),
  })).optional(),
  rows: z.array(z.strictObject({
    table: z.enum(PLANTABLE_TABLES as [string, ...string[]]),
    row: z.record(z.string(), z.json() as z.ZodType<Json>),
  })).optional(),
  mails: z.array(z.strictObject({
    id: z.string().regex(/^[0-9A-Za-z]{22}$/).optional(),
    from: z.string().max(320),
    to: z.array(z.string().max(320)).min(1).max(20),
    subject: z.string().min(1).max(500),
    text: z.string().max(20_000),
  })).optional(),
  objects: z.array(z.strictObject({
    bucket: z.enum(PLANTABLE_BUCKETS as [string, ...string[]]),
    key: z.string().min(1).max(500),
    content: z.string().max(20_000),
  })).optional(),
  issues: z.array(z.strictObject({
    repo: z.enum(PLANTABLE_REPOSITORIES as [string, ...string[]]),
    number: z.number().int().min(1).max(99_999),
    title: z.string().min(1).max(500),
    body: z.string().max(20_000),
    author: z.string().min(1).max(100),
    comments: z.array(z.strictObject({
      author: z.string().min(1).max(100),
      body: z.string().min(1).max(20_000),
    })).optional(),
  })).optional(),
  documents: z.array(z.strictObject({
    index: z.enum(PLANTABLE_INDICES as [string, ...string[]]),
    id: z.string().regex(/^[0-9A-Za-z_-]{1,64}$/),
    source: z.record(z.string().min(1), z.json() as z.ZodType<Json>).refine(
      (source) => JSON.stringify(source).length <= 20_000,
      "A planted document must not have more than 20000 characters",
    ),
  })).optional(),
});
