import { setParams } from '../../data/router.ts'
import { Segments } from '../../parts/segments.tsx'

const STATES = [
  ['open', 'open'],
  ['closed', 'closed'],
  ['all', 'all'],
] as const
type State = (typeof STATES)[number][0]
const SEVERITIES = ['critical', 'warning', 'info'] as const

/** The filter as the address bar holds it, in the words of the API, so that a view can be shared. */
export interface Inbox {
  readonly [field: string]: string | null
  readonly q: string | null
  readonly state: State
  readonly severity: string | null
  readonly alert: string | null
  readonly owner: string | null
  readonly acked: string | null
  readonly muted: string | null
}
export const inboxOf = (address: string): Inbox => {
  const params = new URLSearchParams(address.split('?')[1] ?? '')
  const isTrueOrFalse = (word: string | null): string | null =>
    word === 'true' || word === 'false' ? word : null
  return {
    q: params.get('q'),
    state: STATES.find(([state]) => state === params.get('state'))?.[0] ?? 'open',
    severity: SEVERITIES.find((severity) => severity === params.get('severity')) ?? null,
    alert: params.get('alert'),
    owner: params.get('owner'),
    acked: isTrueOrFalse(params.get('acked')),
    muted: isTrueOrFalse(params.get('muted')),
  }
}

export const InboxFilters = ({ inbox }: { readonly inbox: Inbox }) => (
  <form
    class="row filters"
    role="search"
    aria-label="Filter incidents"
    onSubmit={(event) => {
      event.preventDefault()
    }}
  >
    <input
      type="search"
      aria-label="Words in incidents"
      placeholder="Filter by words"
      value={inbox.q ?? ''}
      onInput={(event) => {
        setParams({ q: event.currentTarget.value })
      }}
    />
    <Segments<State>
      label="State"
      options={STATES}
      chosen={inbox.state}
      onChoose={(state) => {
        setParams({ state: state === 'open' ? null : state })
      }}
    />
    <select
      aria-label="Severity"
      onChange={(event) => {
        setParams({ severity: event.currentTarget.value })
      }}
    >
      <option value="">every severity</option>
      {SEVERITIES.map((severity) => (
        <option key={severity} value={severity} selected={severity === inbox.severity}>
          {severity}
        </option>
      ))}
    </select>
    <Only name="acked" word="not taken" value={inbox.acked} />
    <Only name="muted" word="not muted" value={inbox.muted} />
    {inbox.alert !== null && <Dropped name="alert" value={inbox.alert} />}
    {inbox.owner !== null && <Dropped name="owner" value={inbox.owner} />}
  </form>
)

/** Leaves out what is already taken, or muted. */
const Only = ({
  name,
  word,
  value,
}: {
  readonly name: string
  readonly word: string
  readonly value: string | null
}) => (
  <label class="row small">
    <input
      type="checkbox"
      checked={value === 'false'}
      onChange={(event) => {
        setParams({ [name]: event.currentTarget.checked ? 'false' : null })
      }}
    />
    {word}
  </label>
)

/** A part of the filter that came with a link; pressed, it goes. */
const Dropped = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <button
    type="button"
    class="small"
    onClick={() => {
      setParams({ [name]: null })
    }}
  >
    {name} {value} <span aria-hidden="true">✕</span>
    <span class="unseen">, show all again</span>
  </button>
)
