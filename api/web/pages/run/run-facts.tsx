import type { Run } from '../../../../schemas/events.ts'
import { dateTime } from '../../lib/format.ts'
import { changeLinks, externalLink } from '../../lib/links.ts'
import { Facts, type Fact } from '../../parts/facts.tsx'

/** Where a run came from: times, trigger, change, labels. */
export const RunFacts = ({ run }: { readonly run: Run }) => (
  <section class="panel" aria-label="Where the run came from">
    <Facts of={[...timesOf(run), ...changeOf(run), ...placeOf(run)]} isWide />
  </section>
)

const timesOf = (run: Run): Fact[] => [
  ['Queued', run.queuedAt === null ? null : dateTime(run.queuedAt)],
  ['Started', run.startedAt === null ? null : dateTime(run.startedAt)],
  ['Finished', run.finishedAt === null ? null : dateTime(run.finishedAt)],
]

const changeOf = (run: Run): Fact[] => {
  const links = changeLinks(run)
  const sha = run.sha === null ? null : <code title={run.sha}>{run.sha.slice(0, 12)}</code>
  const pull = run.pull === null ? null : `#${run.pull}`
  return [
    ['Trigger', run.trigger],
    ['Branch', run.branch],
    ['Pull request', links.pull === null ? pull : <a href={links.pull}>{pull}</a>],
    ['Commit', links.sha === null ? sha : <a href={links.sha}>{sha}</a>],
    ['Started with', run.group],
  ]
}

const placeOf = (run: Run): Fact[] => {
  const outside = externalLink(run.labels['url'])
  const labels = Object.entries(run.labels).filter(([name]) => name !== 'url')
  return [
    ['At its source', outside === null ? null : <a href={outside}>{outside}</a>],
    [
      'Labels',
      labels.length === 0
        ? null
        : labels.map(([name, value]) => (
            <span key={name}>
              <span class="tag">
                {name}={value}
              </span>{' '}
            </span>
          )),
    ],
  ]
}
