/** What a key holds open: findings that were told and are not over. Telling one again says nothing. */

import type { JobRef, RunRef, Stamped, Symptom } from '../../schemas/events.ts'
import { fitsJob } from '../../schemas/glob.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, type Effect } from '../processor.ts'
import { orderOf } from './order.ts'
import type { AlertRule, Words } from './rule.ts'
import type { Rule } from './settings.ts'

/** One finding. `isGone`: it is over, but what it said is not judged yet. */
export interface Held {
  readonly rule: string
  /** What its rule looks at. */
  readonly kind: string
  readonly subject: string
  readonly member: string
  readonly head: string
  /** When it was told, in pipeline time. */
  readonly at: number
  isGone: boolean
}
export const HELD_LIST = {
  type: 'array',
  items: {
    type: 'record',
    name: 'Held',
    fields: [
      { name: 'rule', type: 'string' },
      { name: 'kind', type: 'string' },
      { name: 'subject', type: 'string' },
      { name: 'member', type: 'string' },
      { name: 'head', type: 'string' },
      { name: 'at', type: 'long' },
      { name: 'isGone', type: 'boolean' },
    ],
  },
}
/** Of a key that holds so many, no further ones are told: whoever looks has enough to do. */
const MOST_HELD = 200

/** On what occasion something is said: its cause, and whom it is about. */
export interface Occasion {
  readonly causeId: string
  readonly eventAt: number
  readonly now: number
  readonly ref: RunRef
}
export const occasionOf = (record: Stamped & RunRef, now: number): Occasion => ({
  causeId: record.eventId,
  eventAt: record.eventAt,
  now,
  ref: record,
})

/** Where a finding belongs, and what is known of its run. Empty text: not known. */
export interface Place {
  readonly subject: string
  readonly member: string
  readonly head?: string | undefined
  readonly sha?: string | undefined
  readonly link?: string | undefined
  readonly owner?: string | undefined
}
/** How sure it is, and what is to be saved. */
export interface Weight {
  readonly pFail: number
  readonly pFailLow: number
  readonly expectedSavedSeconds: number
}
const CERTAIN: Weight = { pFail: 1, pFailLow: 1, expectedSavedSeconds: 0 }
const orNull = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text

const symptom = (
  { causeId, eventAt, now, ref }: Occasion,
  { rule, kind }: Pick<Held, 'rule' | 'kind'>,
  place: Place,
  more: Pick<Symptom, 'state' | 'title' | 'signal' | 'verdict' | 'right'> & Weight,
): Effect => {
  const name = `symptom/${rule}/${place.member}/${more.state}/${String(more.right)}`
  return emit('ci.symptoms.v1', {
    eventId: `${orderOf(kind, more)}-${derivedId(causeId, name)}`,
    eventAt,
    observedAt: now,
    source: ref.source,
    repo: ref.repo,
    job: ref.job,
    runId: ref.runId,
    attempt: ref.attempt,
    rule,
    subject: place.subject,
    member: place.member,
    state: more.state,
    title: more.title,
    signal: more.signal,
    pFail: more.pFail,
    pFailLow: more.pFailLow,
    expectedSavedSeconds: more.expectedSavedSeconds,
    head: orNull(place.head),
    sha: orNull(place.sha),
    link: orNull(place.link),
    owner: orNull(place.owner),
    verdict: more.verdict,
    right: more.right,
  })
}

export const findHeld = (
  held: readonly Held[],
  rule: string,
  { subject, member }: Pick<Held, 'subject' | 'member'>,
): Held | undefined =>
  held.find((each) => each.member === member && each.rule === rule && each.subject === subject)

/** Raises a finding; nothing where it is held, where the rule does not look at the job, or where too much is held. */
export const raise = (
  held: Held[],
  occasion: Occasion,
  rule: Rule,
  place: Place,
  words: Words,
  weight: Weight = CERTAIN,
): Effect[] => {
  const known = findHeld(held, rule.name, place)
  if (known?.isGone === false || !fitsJob(rule.match, occasion.ref)) return []
  if (known !== undefined) known.isGone = false
  else if (held.length >= MOST_HELD) return []
  else
    held.push({
      rule: rule.name,
      kind: rule.row.of,
      subject: place.subject,
      member: place.member,
      head: place.head ?? '',
      at: occasion.now,
      isGone: false,
    })
  const said = { state: 'raised' as const, ...words, verdict: null, right: null, ...weight }
  return [symptom(occasion, { rule: rule.name, kind: rule.row.of }, place, said)]
}

/** Says of a held finding that it was right or wrong, while it goes on. */
export const judge = (held: Held, occasion: Occasion, right: boolean): Effect =>
  symptom(occasion, held, held, {
    ...{ state: held.isGone ? 'cleared' : 'raised', title: '', signal: '', verdict: null, right },
    ...CERTAIN,
  })

/** Says that a finding is over, and whether it was right where that is known. It is forgotten, but for `keep`. */
export const clear = (
  held: Held[],
  one: Held,
  occasion: Occasion,
  verdict: string,
  { right = null, keep = false }: { right?: boolean | null; keep?: boolean } = {},
): Effect[] => {
  if (keep) {
    if (one.isGone) return []
    one.isGone = true
  } else held.splice(held.indexOf(one), 1)
  const said = { state: 'cleared' as const, title: '', signal: '', verdict, right }
  return [symptom(occasion, one, one, { ...said, ...CERTAIN })]
}

/** Why a finding of a rule about a job stands no more, whatever is heard of the job; null while the rule looks at it. */
export const lapseOf = (rule: Rule | undefined, job: JobRef): string | null => {
  if (rule === undefined) return 'the rule was switched off'
  return fitsJob(rule.match, job) ? null : 'the rule is for other jobs now'
}

/** Clears what is held by rules that are no longer in force, or no longer look at the job. */
export const clearLapsed = (
  held: Held[],
  byName: ReadonlyMap<string, Rule>,
  occasion: Occasion,
): Effect[] =>
  [...held].flatMap((one) => {
    const verdict = lapseOf(byName.get(one.rule), occasion.ref)
    return verdict === null ? [] : clear(held, one, occasion, verdict)
  })

/**
 * What an incident about a run or a job is about: its repository, its head, or its job, as the rule has it. Where the head
 * is not known it is the job.
 */
export const subjectOf = (
  row: AlertRule,
  { job, repo }: Pick<RunRef, 'job' | 'repo'>,
  head: string | undefined,
): string => {
  if (row.per === 'repo') return repo
  return row.per === 'head' && head !== undefined && head !== '' ? head : job
}
