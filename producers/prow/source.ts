/** Prow as a source: its row in the table of sources. */

import { sourceRow } from '../source.ts'
import { newCursor, type ProwCursor } from './cursor.ts'
import { pollProw, type ProwConfig } from './poll.ts'

const MB = 2 ** 20

export const PROW = sourceRow({
  doc: 'Jobs of a Prow, with the steps and tests of those that run: from the list of deck, the logs of pods, and the bucket.',
  fields: {
    deck: { type: 'url', doc: 'Address of deck.', otherwise: 'https://prow.k8s.io' },
    storage: {
      type: 'url',
      doc: 'Address of the object store with the files of runs.',
      otherwise: 'https://storage.googleapis.com',
    },
    bucket: { type: 'text', doc: 'Bucket of jobs that name none.' },
    repo: {
      type: 'text',
      doc: 'Repository, owner/name, of jobs that name none.',
      otherwise: 'none/none',
    },
    history: {
      type: 'list',
      doc: 'Jobs whose past runs are read once, from their history in the bucket, newest first.',
    },
    history_runs: {
      type: 'number',
      unit: 'runs',
      doc: 'Past runs of one job at most; a page of deck has twenty.',
      range: [1, 10_000],
      otherwise: 100,
    },
    step_logs: {
      type: 'flag',
      doc: 'Read the logs that steps leave among their artifacts too, each once: one request for each step.',
      otherwise: true,
    },
    every: {
      type: 'duration',
      doc: 'Time from one look at the list to the next.',
      range: ['1s', '1h'],
      otherwise: '30s',
    },
    tests_every: {
      type: 'duration',
      doc: 'Time between two looks for the test files of a run that goes on.',
      range: ['10s', '1h'],
      otherwise: '5m',
    },
    logs: {
      type: 'number',
      unit: 'runs',
      doc: 'Runs whose logs are read in one round, those read longest ago first; 0 reads none.',
      range: [0, 10_000],
      otherwise: 100,
    },
    log_budget: {
      type: 'number',
      unit: 'MB',
      doc: 'Bytes of logs read in one round at most.',
      range: [1, 1000],
      otherwise: 32,
    },
  },
  open: (values) => {
    const config: ProwConfig = {
      source: values.name,
      deck: values.deck,
      storage: values.storage,
      bucket: values.bucket,
      repo: values.repo,
      history: values.history,
      historyRuns: values.history_runs,
      roundLogBytes: values.log_budget * MB,
      runLogBytes: MB,
      roundLogs: values.logs,
      hasStepLogs: values.step_logs,
      testsEveryMs: values.tests_every,
    }
    return {
      name: values.name,
      addresses: [values.deck, values.storage],
      everyMs: values.every,
      newCursor,
      poll: (get, cursor: ProwCursor, now) => pollProw(get, cursor, config, now),
    }
  },
})
