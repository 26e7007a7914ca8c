/** One round of polling GitHub: workflow runs with their jobs and steps, then pull requests. */

import { logTurns } from '../log/read-open.ts'
import { turnsApart } from '../payload/apart.ts'
import type { Get } from '../payload/reach.ts'
import { isSilent, type Turn } from '../payload/turn.ts'
import { newRepoCursor, type GithubCursor } from './cursor.ts'
import { githubLogs } from './logs.ts'
import { issuesTurns } from './poll-issues.ts'
import { pullsTurns } from './poll-pulls.ts'
import { runsTurns } from './poll-runs.ts'
import type { GithubConfig, RepoRound } from './round.ts'

async function* repoTurns(round: RepoRound): AsyncGenerator<Turn> {
  const { get, config, cursor, now } = round
  for await (const turn of runsTurns(round)) if (!isSilent(turn)) yield turn
  if (config.hasPulls) for await (const turn of pullsTurns(round)) if (!isSilent(turn)) yield turn
  if (config.hasIssues) for await (const turn of issuesTurns(round)) if (!isSilent(turn)) yield turn
  const logs = logTurns(get, (cursor.logs ??= {}), githubLogs(config), config.logs, now)
  for await (const turn of logs) if (!isSilent(turn)) yield turn
}

/** One round. What is remembered is changed in place. */
export async function* pollGithub(
  get: Get,
  cursor: GithubCursor,
  config: GithubConfig,
  now: number,
): AsyncGenerator<Turn> {
  yield* turnsApart(config.repos, (repo) => {
    const repoCursor = (cursor.repos[repo] ??= newRepoCursor())
    return repoTurns({ get, config, repo, cursor: repoCursor, now })
  })
}
