import type { PlantedIssue } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { nextId } from "./_state.ts";
import { issueKey } from "./repository.ts";

/**
 * Checks the issues of a patch before an episode depends on them.
 *
 * @throws {RangeError} when a number is there twice.
 */
export function checkPlantedIssues(issues: readonly PlantedIssue[]): void {
  const taken = new Set<string>();
  for (const { repo, number } of issues) {
    const key = issueKey(repo, number);
    if (taken.has(key)) throw new RangeError(`Cannot plant issue "${key}": the patch has it twice`);
    taken.add(key);
  }
}

/**
 * Puts the issues of a patch into an episode's repositories.
 *
 * @throws {RangeError} when the repository has an issue of that number.
 */
export function plantIssues(
  issues: readonly PlantedIssue[],
  rows: RowOverlay,
  time: number,
): void {
  for (const { repo, number, title, body, author, comments = [] } of issues) {
    const key = issueKey(repo, number);
    if (rows.get("gitea.issues", key)) {
      throw new RangeError(`Cannot plant issue "${key}": the repository has one of that number`);
    }
    rows.put("gitea.issues", key, {
      repo,
      number,
      issue_id: nextId(rows, "gitea.issues"),
      title,
      body,
      state: "open",
      author,
      labels: [],
      is_pull: false,
      created: time,
      updated: time,
      closed: null,
    });
    for (const [index, comment] of comments.entries()) {
      const comment_id = nextId(rows, "gitea.comments");
      const created = time + (index + 1) * 60_000;
      const where = { repo, number, issue: key };
      rows.put("gitea.comments", `${key}/${comment_id}`, {
        ...where,
        comment_id,
        ...comment,
        created,
      });
    }
  }
}
