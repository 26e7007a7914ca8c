/** How a source is doing: kept for whoever asks, and told once where it changes. */

import type { Note } from '../payload/heard.ts'
import type { SourceError, SourceFailure } from './source-error.ts'

const MAX_NOTES = 1_000

export interface LoopHealth {
  readonly name: string
  /** `waiting` before its first round. */
  readonly state: 'waiting' | 'heard' | 'failing'
  /** When the last round that went well was done, in milliseconds; 0 before. */
  readonly heardAt: number
  readonly failure: SourceFailure | null
  readonly detail: string | null
  /** Rounds that failed one after the other. */
  readonly failures: number
  readonly rounds: number
  readonly offers: number
  /** How often each oddity was met. */
  readonly oddities: Readonly<Partial<Record<Note['oddity'], number>>>
}
export interface HealthKeeper {
  readonly get: () => LoopHealth
  readonly roundDone: (at: number) => void
  readonly roundFailed: (error: SourceError) => void
  readonly offered: (offers: number) => void
  /** Returns those that were not met before: they are worth a line in the log. */
  readonly noted: (notes: readonly Note[]) => readonly Note[]
}

export const createHealth = (name: string): HealthKeeper => {
  const met = new Set<string>()
  const oddities: Partial<Record<Note['oddity'], number>> = {}
  let health: Omit<LoopHealth, 'oddities'> = {
    name,
    state: 'waiting',
    heardAt: 0,
    failure: null,
    detail: null,
    failures: 0,
    rounds: 0,
    offers: 0,
  }
  return {
    get: () => ({ ...health, oddities: { ...oddities } }),
    roundDone: (at) => {
      const fresh = { failure: null, detail: null, failures: 0 }
      health = { ...health, ...fresh, state: 'heard', heardAt: at, rounds: health.rounds + 1 }
    },
    roundFailed: ({ reason, message }) => {
      const failures = health.failures + 1
      const told = { failure: reason, detail: message, failures, rounds: health.rounds + 1 }
      health = { ...health, ...told, state: 'failing' }
    },
    offered: (offers) => {
      health = { ...health, offers: health.offers + offers }
    },
    noted: (notes) =>
      notes.filter(({ oddity, detail }) => {
        oddities[oddity] = (oddities[oddity] ?? 0) + 1
        const text = `${oddity} ${detail}`
        if (met.has(text) || met.size >= MAX_NOTES) return false
        met.add(text)
        return true
      }),
  }
}
