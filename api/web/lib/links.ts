/** Links to where a run came from. Only addresses that are certain; everything else stays text. */

import type { Run } from '../../../schemas/events.ts'

/** Sources whose repositories are GitHub's. */
const ON_GITHUB = new Set(['github', 'prow'])

/** The address if it is one of the web, else null: a label may hold anything. */
export const externalLink = (text: string | undefined): string | null => {
  if (text === undefined || !URL.canParse(text)) return null
  const { protocol } = new URL(text)
  return protocol === 'https:' || protocol === 'http:' ? text : null
}

/** Pull request and commit of a run at GitHub; null where the source is another. */
export const changeLinks = (
  run: Pick<Run, 'source' | 'repo' | 'pull' | 'sha'>,
): { readonly pull: string | null; readonly sha: string | null } => {
  const isKnown = ON_GITHUB.has(run.source) && /^[\w.-]+\/[\w.-]+$/.test(run.repo)
  const base = `https://github.com/${run.repo}`
  return {
    pull: isKnown && run.pull !== null ? `${base}/pull/${run.pull}` : null,
    sha: isKnown && run.sha !== null ? `${base}/commit/${encodeURIComponent(run.sha)}` : null,
  }
}
