/** A small community's CI as archive rows, the same for the same seed: what replays are compared on. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MINUTE, MONDAY, SECOND } from './facts.ts'

export type ArchiveRow = Readonly<Record<string, string>>
export interface ArchiveRows {
  readonly runs: readonly ArchiveRow[]
  readonly steps: readonly ArchiveRow[]
  readonly tests: readonly ArchiveRow[]
}

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How the runs of a job go: `failSeconds` differ from `passSeconds` where failures hang or come early. */
interface JobPlan {
  readonly job: string
  readonly failShare: number
  readonly passSeconds: number
  readonly failSeconds: number
  readonly hasSteps: boolean
}
const job = (
  name: string,
  failShare: number,
  passSeconds: number,
  failSeconds: number,
  hasSteps = false,
): JobPlan => ({ job: name, failShare, passSeconds, failSeconds, hasSteps })

const PLANS: readonly JobPlan[] = [
  job('unit', 0.03, 300, 200),
  job('lint:fast', 0.02, 60, 40),
  job('e2e-4.17', 0.3, 2_400, 9_000, true),
  job('e2e-4.18', 0.25, 2_500, 9_000),
  job('upgrade', 0.35, 3_600, 14_000),
  job('build', 0.15, 900, 500, true),
]

/** About `runs` runs of six jobs, one push every twenty minutes, with steps, tests and columns that only the end tells. */
export const generatedArchive = (runs = 1_500, seed = 1): ArchiveRows => {
  const chance = chanceOf(seed)
  const rows = { runs: [] as ArchiveRow[], steps: [] as ArchiveRow[], tests: [] as ArchiveRow[] }
  for (let push = 0; push * PLANS.length < runs; push += 1)
    PLANS.forEach((plan) => {
      addRun(rows, plan, push, chance)
    })
  return rows
}

const iso = (at: number): string => new Date(at).toISOString()

const addRun = (
  rows: { runs: ArchiveRow[]; steps: ArchiveRow[]; tests: ArchiveRow[] },
  plan: JobPlan,
  push: number,
  chance: () => number,
): void => {
  const queuedAt = MONDAY + push * 20 * MINUTE
  const startedAt = queuedAt + Math.floor(chance() * 120) * SECOND
  const isFailed = chance() < plan.failShare
  const isAborted = chance() < 0.02
  const base = isFailed ? plan.failSeconds : plan.passSeconds
  const seconds = base * (0.8 + 0.4 * chance()) * (isAborted ? 0.5 : 1)
  const finishedAt = startedAt + Math.round(seconds * 1000)
  const run = {
    source: 'made',
    repo: 'acme/shop',
    job: plan.job,
    run_id: String(push),
    attempt: '1',
  }
  rows.runs.push({
    ...run,
    queued_at: iso(queuedAt),
    started_at: iso(startedAt),
    finished_at: iso(finishedAt),
    status: 'completed',
    conclusion: isAborted ? 'cancelled' : isFailed ? 'failure' : 'success',
    trigger: 'push',
    branch: 'main',
    sha: `c${push}`,
    group_id: `push-${push}`,
    log_bytes: String(Math.floor(seconds * 100)),
    category: isFailed ? 'infra' : '',
  })
  if (plan.hasSteps) addSteps(rows.steps, run, startedAt, finishedAt, isFailed && chance() < 0.5)
  if (plan.job === 'unit')
    rows.tests.push({
      ...run,
      test: 'suite.case',
      finished_at: iso(finishedAt - SECOND),
      duration_s: '1.5',
      status: isFailed ? 'failed' : 'passed',
    })
}

const addSteps = (
  steps: ArchiveRow[],
  run: ArchiveRow,
  startedAt: number,
  finishedAt: number,
  isFailing: boolean,
): void => {
  for (const [index, step] of ['checkout', 'install', 'test'].entries()) {
    const from = startedAt + Math.floor(((finishedAt - startedAt) * index) / 4)
    const to = startedAt + Math.floor(((finishedAt - startedAt) * (index + 1)) / 4)
    const conclusion = isFailing && step === 'install' ? 'failure' : 'success'
    steps.push({ ...run, step, started_at: iso(from), finished_at: iso(to), conclusion })
  }
}

/** Writes rows as an archive folder. The columns of a file are those of its first row. */
export const writeArchive = (folder: string, rows: ArchiveRows): string => {
  mkdirSync(folder, { recursive: true })
  for (const [kind, list] of Object.entries(rows) as [keyof ArchiveRows, readonly ArchiveRow[]][]) {
    const columns = Object.keys(list[0] ?? {})
    if (columns.length === 0) continue
    const lines = list.map((row) => columns.map((column) => row[column] ?? '').join(','))
    writeFileSync(join(folder, `${kind}.csv`), [columns.join(','), ...lines, ''].join('\n'))
  }
  return folder
}
