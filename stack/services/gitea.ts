import { plantIssues } from "../gitea/plant.ts";
import { GITEA_INDEXES } from "../gitea/repository.ts";
import { giteaFetch } from "../gitea/twin.ts";
import { giteaToken, seedGitea } from "../seed/gitea.ts";
import { GIT_TOOLS } from "../tools/git.ts";
import { GITEA_TOOLS } from "../tools/gitea.ts";
import { GiteaClient } from "../tools/gitea_client.ts";
import type { HttpService } from "./service.ts";

/** Gitea: repositories with their history, issues and pull requests. */
export const GITEA: HttpService<GiteaClient> = {
  name: "gitea",
  version: "1.22",
  url: "http://gitea.example.com",
  indexes: GITEA_INDEXES,
  tools: { ...GITEA_TOOLS, ...GIT_TOOLS },
  seed: ({ seed, accounts }) => seedGitea(seed, accounts),
  plant: ({ issues = [] }, rows, { time }) => plantIssues(issues, rows, time),
  twin: giteaFetch,
  client: ({ seed, username }, connection) =>
    new GiteaClient({ ...connection, token: giteaToken(seed, username) }),
};
