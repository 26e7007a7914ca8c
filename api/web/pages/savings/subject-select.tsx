import type { JobRow } from '../../../../schemas/views.ts'
import { jobKey, key, keyParts } from '../../../../schemas/keys.ts'
import { setParams } from '../../data/router.ts'
import { useAnswer } from '../../data/use-answer.ts'

const DIMENSIONS = ['all', 'community', 'repo', 'job'] as const

/** What savings are asked of; `subject` is empty for all. */
export interface Subject {
  readonly dimension: (typeof DIMENSIONS)[number]
  readonly subject: string
}

/** The subject as the address bar holds it. */
export const subjectOf = (params: URLSearchParams): Subject => {
  const dimension = DIMENSIONS.find((name) => name === params.get('dimension')) ?? 'all'
  const subject = params.get('subject') ?? ''
  return dimension === 'all' || subject === ''
    ? { dimension: 'all', subject: '' }
    : { dimension, subject }
}

/** All, a source, a repository or a job. */
export const SubjectSelect = ({ subject }: { readonly subject: Subject }) => {
  const asked = useAnswer<readonly JobRow[]>('/v1/jobs?limit=500')
  const jobs = asked.state === 'ready' ? asked.data : []
  const sources = unique(jobs.map(({ source }) => source))
  const repos = unique(jobs.map(({ source, repo }) => key(source, repo)))
  const keys = unique(jobs.map(jobKey))
  const known = [...sources, ...repos, ...keys]
  return (
    <select
      aria-label="Subject"
      class="subject"
      onChange={(event) => {
        const [dimension, ...rest] = event.currentTarget.value.split(' ')
        const isAll = dimension === 'all'
        setParams({
          dimension: isAll ? null : (dimension ?? null),
          subject: isAll ? null : rest.join(' '),
        })
      }}
    >
      <option value="all" selected={subject.dimension === 'all'}>
        all sources together
      </option>
      {subject.dimension !== 'all' && !known.includes(subject.subject) && (
        <Choice dimension={subject.dimension} of={subject.subject} chosen={subject} />
      )}
      <Choices label="Sources" dimension="community" of={sources} chosen={subject} />
      <Choices label="Repositories" dimension="repo" of={repos} chosen={subject} />
      <Choices label="Jobs" dimension="job" of={keys} chosen={subject} />
    </select>
  )
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()

const Choices = ({
  label,
  dimension,
  of,
  chosen,
}: {
  readonly label: string
  readonly dimension: string
  readonly of: readonly string[]
  readonly chosen: Subject
}) =>
  of.length === 0 ? null : (
    <optgroup label={label}>
      {of.map((subject) => (
        <Choice key={subject} dimension={dimension} of={subject} chosen={chosen} />
      ))}
    </optgroup>
  )

const Choice = ({
  dimension,
  of,
  chosen,
}: {
  readonly dimension: string
  readonly of: string
  readonly chosen: Subject
}) => (
  <option
    value={`${dimension} ${of}`}
    selected={dimension === chosen.dimension && of === chosen.subject}
  >
    {keyParts(of).join(' · ')}
  </option>
)
