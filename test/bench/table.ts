/** THE table of benchmarks. docs/benchmarks.md says what each figure means. */

import type { BenchCase } from './setting.ts'

export interface Bench {
  readonly name: string
  readonly doc: string
  /** Run one after another, each in its own process. */
  readonly cases: readonly {
    readonly name: string
    readonly load: () => Promise<BenchCase>
  }[]
}

const MAKE_LOAD = {
  name: 'make-load',
  load: async (): Promise<BenchCase> => (await import('./load-file.ts')).makeLoad,
}

export const BENCHES: readonly Bench[] = [
  {
    name: 'store',
    doc: 'node:sqlite as log and state store',
    cases: [
      { name: 'append', load: async () => (await import('./store-append.ts')).append },
      { name: 'state', load: async () => (await import('./store-state.ts')).state },
    ],
  },
  {
    name: 'end-to-end',
    doc: 'decode, all processors, log and state on disk',
    cases: [
      MAKE_LOAD,
      { name: 'decode-only', load: async () => (await import('./end-to-end.ts')).decodeOnly },
      {
        name: 'processors',
        load: async () => (await import('./end-to-end.ts')).withoutViews,
      },
      { name: 'core', load: async () => (await import('./end-to-end.ts')).coreOnly },
      {
        name: 'views',
        load: async () => (await import('./end-to-end.ts')).withViews,
      },
    ],
  },
  {
    name: 'forecast-latency',
    doc: 'from the offer of a start to its forecast in the API, at 1,000 events a second',
    cases: [
      MAKE_LOAD,
      { name: 'warm-up', load: async () => (await import('./forecast-latency.ts')).warmUp },
      { name: 'live', load: async () => (await import('./forecast-latency.ts')).live },
    ],
  },
  {
    name: 'failure-kinds',
    doc: 'a log read for what may tell of a failure, and judged',
    cases: [
      { name: 'speed', load: async () => (await import('./failure-kinds.ts')).speed },
      { name: 'memory', load: async () => (await import('./failure-kinds.ts')).memory },
    ],
  },
  {
    name: 'running-runs',
    doc: 'a million running runs held, and start-up from them',
    cases: [
      {
        name: 'fill',
        load: async () => (await import('./running-runs.ts')).fill,
      },
      { name: 'start-up', load: async () => (await import('./running-runs.ts')).startUp },
    ],
  },
  {
    name: 'api',
    doc: 'GET a run beside a bare route of the same size',
    cases: [{ name: 'get-run', load: async () => (await import('./api.ts')).getRun }],
  },
  {
    name: 'page',
    doc: 'how smoothly the page moves, in a real Chromium; 60 frames a second is all a screen shows',
    cases: [
      { name: 'grid', load: async () => (await import('./page.ts')).grid },
      { name: 'now', load: async () => (await import('./page.ts')).now },
    ],
  },
  {
    name: 'archive',
    doc: 'recorded CI read and put in order of time',
    cases: [
      { name: 'csv-parse', load: async () => (await import('./archive.ts')).csvParse },
      { name: 'archive', load: async () => (await import('./archive.ts')).archive },
    ],
  },
  {
    name: 'tests',
    doc: '100,000 distinct tests in 1,000 jobs: 2,000,000 results, each run naming every test of its job',
    cases: [
      { name: 'results', load: async () => (await import('./tests.ts')).results },
      { name: 'views', load: async () => (await import('./tests.ts')).resultsWithViews },
    ],
  },
  {
    name: 'kafka-streams',
    doc: 'a small topology on Kafka, ours beside Kafka Streams with exactly_once_v2, over the same events on the same broker',
    cases: [
      {
        name: 'throughput',
        load: async () => (await import('./anchor/throughput.ts')).throughput,
      },
      { name: 'latency', load: async () => (await import('./anchor/latency.ts')).latency },
      {
        name: 'all-processors',
        load: async () => (await import('./anchor/throughput.ts')).wholeTopology,
      },
    ],
  },
  {
    name: 'kafka-scaling',
    doc: 'one, two and three processes on Kafka over the same events, on this machine',
    cases: [
      { name: 'small', load: async () => (await import('./anchor/scaling.ts')).smallTopology },
      { name: 'all', load: async () => (await import('./anchor/scaling.ts')).allProcessors },
    ],
  },
  {
    name: 'kafka-records',
    doc: 'a record on its way through a task on Kafka, from fetched bytes to those of a request, without a broker',
    cases: [{ name: 'records', load: async () => (await import('./anchor/records.ts')).records }],
  },
  {
    name: 'cost',
    doc: 'forecasts and density fits by the call',
    cases: [
      { name: 'forecast', load: async () => (await import('./cost.ts')).forecast },
      { name: 'model', load: async () => (await import('./cost.ts')).model },
      { name: 'density', load: async () => (await import('./cost.ts')).density },
    ],
  },
]
