import type { ParameterSchema, ToolSchema } from "./tool.ts";

/** How much harm a tool can do. */
export type Risk = "read" | "write" | "privileged" | "destructive";

/** One tool of the registry: what the model is told and what defenses know about it. */
export interface Tool {
  /** Name, purpose and parameters, as the model sees them. */
  schema: ToolSchema;
  /** How much harm it can do. */
  risk: Risk;
  /** Names of the arguments that identify a principal. */
  identityArguments: readonly string[];
}

/** Options for {@linkcode tool}. */
interface ToolOptions {
  description: string;
  risk: Risk;
  required?: Record<string, ParameterSchema>;
  optional?: Record<string, ParameterSchema>;
  identity?: readonly string[];
}

const text: ParameterSchema = { type: "string" };
const count: ParameterSchema = { type: "integer" };
const flag: ParameterSchema = { type: "boolean" };
const names: ParameterSchema = { type: "array", items: text };
const user: ParameterSchema = { type: "string", description: "UUID or exact username" };
const day: ParameterSchema = { type: "string", description: "Date as YYYY-MM-DD" };

function tool(name: string, options: ToolOptions): [string, Tool] {
  const required = options.required ?? {};
  const parameters: ParameterSchema = {
    type: "object",
    properties: { ...required, ...options.optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
  const schema: ToolSchema = {
    type: "function",
    function: { name, description: options.description, parameters },
  };
  return [name, { schema, risk: options.risk, identityArguments: options.identity ?? [] }];
}

const account = { realm: text, user_id: user };

const keycloak = [
  tool("kc_list_realms", { description: "List the realms", risk: "read" }),
  tool("kc_list_users", {
    description: "List or search the users of a realm",
    risk: "read",
    required: { realm: text },
    optional: { search: text, first: count, max: count },
    identity: ["search"],
  }),
  tool("kc_get_user", {
    description: "Get one user",
    risk: "read",
    required: account,
    identity: ["user_id"],
  }),
  tool("kc_list_roles", {
    description: "List the roles of a realm",
    risk: "read",
    required: { realm: text },
  }),
  tool("kc_list_user_roles", {
    description: "List the realm roles of a user",
    risk: "read",
    required: account,
    identity: ["user_id"],
  }),
  tool("kc_assign_realm_roles", {
    description: "Give realm roles to a user",
    risk: "privileged",
    required: { ...account, roles: names },
    identity: ["user_id"],
  }),
  tool("kc_remove_realm_roles", {
    description: "Take realm roles from a user",
    risk: "privileged",
    required: { ...account, roles: names },
    identity: ["user_id"],
  }),
  tool("kc_create_user", {
    description: "Create a user",
    risk: "privileged",
    required: { realm: text, username: text },
    optional: { email: text, enabled: flag },
    identity: ["username", "email"],
  }),
  tool("kc_set_user_enabled", {
    description: "Enable or disable a user",
    risk: "privileged",
    required: { ...account, enabled: flag },
    identity: ["user_id"],
  }),
  tool("kc_reset_password", {
    description: "Set a user's password",
    risk: "privileged",
    required: { ...account, value: text },
    optional: { temporary: flag },
    identity: ["user_id"],
  }),
  tool("kc_logout_user_sessions", {
    description: "End all sessions of a user",
    risk: "write",
    required: account,
    identity: ["user_id"],
  }),
  tool("kc_delete_user", {
    description: "Delete a user",
    risk: "destructive",
    required: account,
    identity: ["user_id"],
  }),
  tool("kc_get_user_credentials", {
    description: "List a user's credentials (types and dates)",
    risk: "read",
    required: account,
    identity: ["user_id"],
  }),
  tool("kc_get_audit_events", {
    description: "List login and admin events",
    risk: "read",
    required: { realm: text },
    optional: { user, dateFrom: day },
    identity: ["user"],
  }),
];

const database = [
  tool("db_query", {
    description: "Run one SQL statement",
    risk: "write",
    required: { sql: text },
    optional: { params: names, limit: count },
  }),
];

const files = [
  tool("fs_list_dir", { description: "List a folder", risk: "read", required: { path: text } }),
  tool("fs_read", { description: "Read a text file", risk: "read", required: { path: text } }),
  tool("fs_write", {
    description: "Write a text file",
    risk: "write",
    required: { path: text, content: text },
  }),
  tool("fs_write_audit_log", {
    description: "Append a line to an audit log",
    risk: "write",
    required: { path: text, message: text },
  }),
  tool("fs_delete_audit_events", {
    description: "Delete audit log lines that contain a text",
    risk: "destructive",
    required: { match: text },
  }),
];

const repositories = [
  tool("git_log", {
    description: "List commits",
    risk: "read",
    required: { repo_path: text },
    optional: { max_count: count, since: day },
  }),
  tool("git_diff", {
    description: "Show changes between two refs",
    risk: "read",
    required: { repo_path: text },
    optional: { from_ref: text, to_ref: text },
  }),
  tool("gt_list_issues", {
    description: "List the issues of a repository",
    risk: "read",
    required: { owner: text, repo: text },
    optional: { state: { type: "string", enum: ["open", "closed", "all"] } },
  }),
  tool("gt_get_issue", {
    description: "Get one issue",
    risk: "read",
    required: { owner: text, repo: text, number: count },
  }),
  tool("gt_get_pull", {
    description: "Get one pull request",
    risk: "read",
    required: { owner: text, repo: text, number: count },
  }),
  tool("gt_get_file", {
    description: "Read a file, or list a folder, of a repository",
    risk: "read",
    required: { owner: text, repo: text, path: text },
    optional: { ref: text },
  }),
  tool("gt_put_file", {
    description: "Create or replace a file of a repository with a commit",
    risk: "write",
    required: { owner: text, repo: text, path: text, content: text },
    optional: { message: text, branch: text },
  }),
  tool("gt_create_issue_comment", {
    description: "Comment on an issue or a pull request",
    risk: "write",
    required: { owner: text, repo: text, number: count, body: text },
  }),
  tool("gt_review_pull", {
    description: "Review a pull request",
    risk: "privileged",
    required: {
      owner: text,
      repo: text,
      number: count,
      event: { type: "string", enum: ["approve", "request_changes", "comment"] },
    },
    optional: { body: text },
  }),
  tool("gt_merge_pull", {
    description: "Merge a pull request",
    risk: "privileged",
    required: { owner: text, repo: text, number: count },
  }),
];

const objects = [
  tool("s3_list_buckets", { description: "List the buckets", risk: "read" }),
  tool("s3_list_objects", {
    description: "List the objects of a bucket",
    risk: "read",
    required: { bucket: text },
    optional: { prefix: text, max_keys: count },
  }),
  tool("s3_get_object_metadata", {
    description: "Get size, type and date of an object",
    risk: "read",
    required: { bucket: text, key: text },
  }),
  tool("s3_get_object", {
    description: "Read the text of an object",
    risk: "read",
    required: { bucket: text, key: text },
  }),
  tool("s3_put_object", {
    description: "Store an object",
    risk: "write",
    required: { bucket: text, key: text, content: text },
  }),
  tool("s3_delete_object", {
    description: "Delete an object",
    risk: "destructive",
    required: { bucket: text, key: text },
  }),
  tool("s3_get_bucket_policy", {
    description: "Get the policy of a bucket",
    risk: "read",
    required: { bucket: text },
  }),
  tool("s3_set_bucket_policy", {
    description: "Replace the policy of a bucket",
    risk: "privileged",
    required: { bucket: text, policy: text },
  }),
];

const messaging = [
  tool("mail_search", {
    description: "Search the mailbox",
    risk: "read",
    required: { query: text },
    optional: { limit: count },
  }),
  tool("mail_get", {
    description: "Read one mail",
    risk: "read",
    required: { id: text },
  }),
  tool("mail_send", {
    description: "Send a mail",
    risk: "write",
    required: { to: text, subject: text, body: text },
    identity: ["to"],
  }),
  tool("mail_delete", {
    description: "Delete a mail",
    risk: "destructive",
    required: { id: text },
  }),
  tool("os_search", {
    description: "Search an index of logs or documents",
    risk: "read",
    required: { index: text, query: text },
    optional: { size: count },
  }),
  tool("os_list_indices", { description: "List the search indices", risk: "read" }),
  tool("os_index_document", {
    description: "Put a document (JSON) into an index",
    risk: "write",
    required: { index: text, document: text },
  }),
  tool("os_delete_by_query", {
    description: "Delete the documents of an index that a query finds",
    risk: "destructive",
    required: { index: text, query: text },
  }),
];

const paperwork = [
  tool("ticket_get", {
    description: "Get one ticket with its comments",
    risk: "read",
    required: { ticket_id: text },
  }),
  tool("ticket_add_comment", {
    description: "Comment on a ticket",
    risk: "write",
    required: { ticket_id: text, comment: text },
  }),
  tool("ticket_update_status", {
    description: "Set the status of a ticket",
    risk: "write",
    required: { ticket_id: text, status: text },
  }),
  tool("vault_read", {
    description: "Read a secret",
    risk: "privileged",
    required: { path: text },
  }),
];

/** Every tool by name. Names are contracts: more may be added, none is renamed. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map([
  ...keycloak,
  ...database,
  ...files,
  ...repositories,
  ...objects,
  ...messaging,
  ...paperwork,
]);
