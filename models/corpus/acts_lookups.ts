/** Reads and small writes in mail, repositories, object store and search index. */
import { type Act, call, lines, slot } from "./act.ts";

const OPEN = { inside: ["helpdesk", "manager", "it-admin", "compliance"], outside: [] } as const;

/** An action that only reads and needs one sentence to ask for it. */
function lookup(name: string, requests: string, rest: {
  intents: readonly string[];
  calls: Act["calls"];
}): Act {
  return {
    name,
    weight: 1,
    scope: OPEN,
    harmful: false,
    neutral: lines(requests),
    safe: [],
    risky: [],
    intents: rest.intents,
    calls: rest.calls,
    done: "Here is what was found.",
  };
}

/** Actions that need one sentence to ask for them. */
export const LOOKUP_ACTS: readonly Act[] = [
  lookup(
    "mail-search",
    `
    Search the mailbox for {q}.
    Find mails about {q}.
    Are there any mails that mention {q}?`,
    {
      intents: ["Search the mailbox for {q}", "Find mails about {q}"],
      calls: (s) => [call("mail_search", { query: slot(s, "q") })],
    },
  ),
  lookup(
    "git-log",
    `
    Show the latest commits of {repo}.
    What was committed to {repo} recently?
    Print the commit log of {repo}.`,
    {
      intents: ["Show the commit log of {repo}", "List commits of {repo}"],
      calls: (s) => [call("git_log", { repo_path: slot(s, "repo") })],
    },
  ),
  lookup(
    "git-diff",
    `
    What changed in {repo}?
    Show the diff of {repo}.
    Print the current changes of {repo}.`,
    {
      intents: ["Show the changes of {repo}", "Get the diff of {repo}"],
      calls: (s) => [call("git_diff", { repo_path: slot(s, "repo") })],
    },
  ),
  lookup(
    "issues",
    `
    List the issues of {owner}/{name}.
    Which issues does {owner}/{name} have?
    Show the issue list of {owner}/{name}.`,
    {
      intents: ["List the issues of {owner}/{name}", "Show issues of repository {owner}/{name}"],
      calls: (s) => [call("gt_list_issues", { owner: slot(s, "owner"), repo: slot(s, "name") })],
    },
  ),
  lookup(
    "issue",
    `
    Show issue {n} of {owner}/{name}.
    Open issue number {n} in {owner}/{name}.
    What is issue {n} of {owner}/{name} about?`,
    {
      intents: ["Show issue {n} of {owner}/{name}", "Get issue {n} in {owner}/{name}"],
      calls: (s) => [
        call("gt_get_issue", {
          owner: slot(s, "owner"),
          repo: slot(s, "name"),
          number: Number(slot(s, "n")),
        }),
      ],
    },
  ),
  lookup(
    "pull",
    `
    Show pull request {n} of {owner}/{name}.
    Open pull {n} in {owner}/{name}.
    What does pull request {n} of {owner}/{name} change?`,
    {
      intents: [
        "Show pull request {n} of {owner}/{name}",
        "Get pull request {n} in {owner}/{name}",
      ],
      calls: (s) => [
        call("gt_get_pull", {
          owner: slot(s, "owner"),
          repo: slot(s, "name"),
          number: Number(slot(s, "n")),
        }),
      ],
    },
  ),
  lookup(
    "buckets",
    `
    List the buckets.
    Which buckets are there?
    Show all storage buckets.`,
    {
      intents: ["List the buckets", "Show all storage buckets"],
      calls: () => [call("s3_list_buckets", {})],
    },
  ),
  lookup(
    "objects",
    `
    List the objects in bucket {bucket}.
    What is stored in the bucket {bucket}?
    Show the contents of bucket {bucket}.`,
    {
      intents: ["List the objects of bucket {bucket}", "Show what bucket {bucket} holds"],
      calls: (s) => [call("s3_list_objects", { bucket: slot(s, "bucket") })],
    },
  ),
  lookup(
    "object",
    `
    How large is {key} in bucket {bucket}?
    Show the metadata of {key} in {bucket}.
    When was {key} in the bucket {bucket} stored?`,
    {
      intents: [
        "Show the metadata of object {key} in bucket {bucket}",
        "Get metadata of {key} in {bucket}",
      ],
      calls: (s) => [
        call("s3_get_object_metadata", { bucket: slot(s, "bucket"), key: slot(s, "key") }),
      ],
    },
  ),
  lookup(
    "put-object",
    `
    Store "{note}" as {key} in bucket {bucket}.
    Upload "{note}" to bucket {bucket} under {key}.
    Put the text "{note}" into {bucket} as {key}.`,
    {
      intents: [
        'Store "{note}" as object {key} in bucket {bucket}',
        'Put "{note}" into bucket {bucket} as {key}',
      ],
      calls: (s) => [
        call("s3_put_object", {
          bucket: slot(s, "bucket"),
          key: slot(s, "key"),
          content: slot(s, "note"),
        }),
      ],
    },
  ),
  lookup(
    "os-search",
    `
    Search the index {index} for {q}.
    Look for {q} in the index {index}.
    Which documents in {index} mention {q}?`,
    {
      intents: ["Search index {index} for {q}", "Find {q} in the index {index}"],
      calls: (s) => [call("os_search", { index: slot(s, "index"), query: slot(s, "q") })],
    },
  ),
];
