/**
 * Acts on stops: asks of each decision whether it may be acted on, writes what it is about to do to the log, does it, and
 * writes what came of it. A process that dies in between finds its intention again and asks the source how the run
 * is before it does anything: a run is stopped once, however often it dies.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import type { Awaitable, LogReader } from '../../runtime/ports.ts'
import type { Act, ActState, Decision, Run, RunRef } from '../../schemas/events.ts'
import { decisionOf, measuresOf, othersOf, runOf, type KnownViews } from './known.ts'
import { actOf, createLedger, type Ledger } from './ledger.ts'
import { isOptedIn, permit, type ActingLimits, type Verdict } from './permit.ts'
import type { RunState, Target } from './target.ts'

const MOST_TRIES = 5
const MOST_ASKS = 20
/** What was true before an intention is not taken to be true after one that took so long to write. */
const SLOW_MS = 5_000

/** Instants at which a test may kill it. */
export type ActPoint = 'before-intent' | 'after-intent' | 'after-request' | 'after-result'

export interface ActorDeps {
  readonly log: LogReader
  readonly clock: Clock
  readonly loadCursor: (name: string) => number | undefined
  readonly saveCursor: (name: string, offset: number) => void
  readonly views: KnownViews
  /** Resolves when the read models hold everything up to a pipeline time; missing where they hold what the log does. */
  readonly viewsReach?: (at: number) => Promise<void>
  /** What was done before, of each run in order. */
  readonly readActs: () => Awaitable<readonly Act[]>
  /** Writes to the log; resolves when it is there for good. Rejects where others act now, and then nothing more may be done. */
  readonly offer: (act: Act) => Awaitable<void>
  /** The kill switch: asked before every act. */
  readonly isSwitchedOff: () => boolean
  readonly onCommit: (listener: () => void) => () => void
  readonly onPoint?: (point: ActPoint) => void
}
export interface Acting {
  /** Dry run: everything but the request itself. */
  readonly isDry: boolean
  readonly limits: ActingLimits
  readonly targets: readonly Target[]
  /** Wait between two tries of one act. Unit: milliseconds. */
  readonly retryMs: number
}

/** A decision, or the act that was begun about it. */
type Cause = Parameters<typeof actOf>[0]

interface Over {
  readonly state: ActState
  readonly reason: string
}

export class Actor {
  readonly #acting: Acting
  readonly #deps: ActorDeps
  readonly #ledger: Ledger
  readonly #signal: AbortSignal

  constructor(acting: Acting, deps: ActorDeps, acts: readonly Act[], signal: AbortSignal) {
    this.#acting = acting
    this.#deps = deps
    this.#signal = signal
    this.#ledger = createLedger(acts)
  }

  /** Finishes what was begun before the process ended. */
  async resume(): Promise<void> {
    for (const act of this.#ledger.open()) {
      const cause: Cause = { ...act, eventId: act.decision }
      await this.#deps.viewsReach?.(act.observedAt)
      const target = this.#targetOf(act)
      if (target === undefined)
        await this.#write(cause, 'failed', { ...act, reason: 'its source is not known any more' })
      else await this.#carryOut(cause, target, act.precision, act.tries)
    }
  }

  async onDecision(decision: Decision): Promise<void> {
    if (decision.level !== 'stop' || this.#ledger.isSettled(decision)) return
    await this.#deps.viewsReach?.(decision.observedAt)
    const run = await runOf(this.#deps.views, decision)
    // Of jobs that have not asked for it nothing is written either.
    if (run === undefined || !isOptedIn(run)) return
    const target = this.#targetOf(decision)
    const verdict = await this.#permit(decision, run, target)
    const kind = target?.kind ?? ''
    if (!verdict.isAllowed || target === undefined)
      await this.#write(decision, 'refused', { kind, ...verdict, tries: 0 })
    else if (this.#acting.isDry)
      await this.#write(decision, 'dryRun', { kind, ...verdict, tries: 0 })
    else await this.#carryOut(decision, target, verdict.precision, 0)
  }

  async #permit(decision: Decision, run: Run, target: Target | undefined): Promise<Verdict> {
    const { clock, isSwitchedOff } = this.#deps
    const measures = await measuresOf(this.#deps.views, decision)
    const advice = (await decisionOf(this.#deps.views, decision))?.level
    const others = target?.endsGroup === true ? await othersOf(this.#deps.views, run) : []
    const now = clock.now()
    const situation = {
      ...{ run, now, measures, advice, others, isSwitchedOff: isSwitchedOff() },
      ...{ actsInHour: this.#ledger.inHour(now, run), hasTarget: target !== undefined },
    }
    const verdict = permit(decision, situation, this.#acting.limits)
    const missing = target?.missing(run) ?? null
    return verdict.isAllowed && missing !== null
      ? { ...verdict, isAllowed: false, reason: missing }
      : verdict
  }

  /** Writes the intention, acts, writes the result. `tries` requests may have been sent before. */
  async #carryOut(
    cause: Cause,
    target: Target,
    precision: number | null,
    sofar: number,
  ): Promise<void> {
    const { kind } = target
    let tries = sofar
    for (let asks = 0; ;) {
      const run = await runOf(this.#deps.views, cause)
      if (run === undefined) {
        const reason = 'the run is not known any more'
        await this.#write(cause, 'failed', { kind, reason, precision, tries })
        return
      }
      if (tries > 0) {
        // A request may have been sent: what the source says of the run comes first.
        const state = await target.stateOf(run, this.#signal)
        const over = this.#over(state, tries, asks) ?? (await this.#takenBack(state, run, target))
        if (over !== null) {
          await this.#write(cause, over.state, { kind, reason: over.reason, precision, tries })
          return
        }
        if (state === 'unknown') {
          asks += 1
          await this.#wait()
          continue
        }
      }
      tries += 1
      const began = this.#deps.clock.now()
      this.#deps.onPoint?.('before-intent')
      await this.#write(cause, 'intended', {
        kind,
        reason: 'about to be stopped',
        precision,
        tries,
      })
      this.#deps.onPoint?.('after-intent')
      // While it was written much may have changed: all of it is asked again.
      if (this.#deps.isSwitchedOff() || this.#deps.clock.now() - began > SLOW_MS) continue
      const reached = await target.stop(run, this.#signal)
      this.#deps.onPoint?.('after-request')
      if (reached.kind !== 'again') {
        const reason = reached.kind === 'done' ? 'the source has taken it' : reached.why
        await this.#write(cause, reached.kind, { kind, reason, precision, tries })
        this.#deps.onPoint?.('after-result')
        return
      }
      await this.#wait()
    }
  }

  /** Why nothing more is to be done about a run; null where it still runs, as far as is known. */
  #over(state: RunState, tries: number, asks: number): Over | null {
    if (state === 'stopped') return { state: 'done', reason: 'the source says that it is stopped' }
    if (state === 'over') return { state: 'moot', reason: 'the source says that it was over' }
    if (this.#deps.isSwitchedOff()) return { state: 'failed', reason: 'acting was switched off' }
    if (tries >= MOST_TRIES) return { state: 'failed', reason: `tried ${tries} times` }
    if (asks >= MOST_ASKS) return { state: 'failed', reason: 'the source does not say how it is' }
    return null
  }

  /** What was allowed when it was begun must be allowed still: hours may have passed, and another configuration be in force. */
  async #takenBack(state: RunState, run: Run, target: Target): Promise<Over | null> {
    if (state === 'unknown') return null
    if (this.#acting.isDry) return { state: 'failed', reason: 'acting is dry now' }
    const decision = await decisionOf(this.#deps.views, run)
    if (decision === undefined) return { state: 'failed', reason: 'the advice was taken back' }
    const { isAllowed, reason } = await this.#permit(decision, run, target)
    return isAllowed ? null : { state: 'failed', reason }
  }

  #wait(): Promise<void> {
    return sleep(this.#acting.retryMs, undefined, { signal: this.#signal })
  }

  async #write(
    cause: Cause,
    state: ActState,
    more: Pick<Act, 'kind' | 'reason' | 'precision' | 'tries'>,
  ): Promise<void> {
    const { kind, reason, precision, tries } = more
    const act = actOf(cause, state, this.#deps.clock.now(), { kind, reason, precision, tries })
    await this.#deps.offer(act)
    this.#ledger.take(act)
  }

  #targetOf({ source }: RunRef): Target | undefined {
    return this.#acting.targets.find((target) => target.source === source)
  }
}
