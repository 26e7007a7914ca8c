/** THE metric table. `docs/metrics.md` lists the same rows; a test compares both. Nothing else may name a metric. */

import { Counter, Gauge, Registry, type OpenMetricsContentType } from 'prom-client'

type MetricType = 'counter' | 'gauge'
interface MetricRow<T extends MetricType> {
  readonly type: T
  readonly labels: readonly string[]
  readonly help: string
}
const row = <T extends MetricType>(
  type: T,
  help: string,
  labels: readonly string[] = [],
): MetricRow<T> => ({ type, labels, help })

export const METRICS = {
  stopline_pipeline_time_seconds: row(
    'gauge',
    'Pipeline time reached, in seconds since the epoch.',
  ),
  stopline_lag_seconds: row('gauge', 'How far the pipeline is behind what it has been offered.'),
  stopline_topic_records: row(
    'gauge',
    'Where a topic ends: records ever published to it, and on Kafka marks of commits.',
    ['topic'],
  ),
  stopline_store_bytes: row('gauge', 'Size of the store on disk.'),
  stopline_source_cursor: row('gauge', 'How far a source has been heard, in its own count.', [
    'source',
  ]),
  stopline_source_heard_seconds: row(
    'gauge',
    'When a source was last heard without an error, in seconds since the epoch; 0 before.',
    ['source'],
  ),
  stopline_source_failures: row('gauge', 'Rounds of a source that failed one after the other.', [
    'source',
  ]),
  stopline_source_offers: row('gauge', 'Records a source put on the log since the start.', [
    'source',
  ]),
  stopline_source_requests: row('gauge', 'Requests sent to a source in the last hour.', ['source']),
  stopline_source_oddities: row(
    'gauge',
    'Unknown fields, unknown words, absurd times and unread parts met since the start.',
    ['source', 'oddity'],
  ),
  stopline_ingest_deliveries_total: row(
    'counter',
    'Deliveries of webhooks taken in, by what came of them.',
    ['result'],
  ),
  stopline_stage_records_total: row(
    'counter',
    'Records that a stage of the pipeline handled, by what came of them.',
    ['stage', 'outcome'],
  ),
  stopline_stage_batches_total: row('counter', 'Batches that a stage handled.', ['stage']),
  stopline_stage_seconds_total: row('counter', 'Time that a stage took for its batches.', [
    'stage',
  ]),
  stopline_stage_lag_seconds: row(
    'gauge',
    'How far a stage is behind what the pipeline has been offered, by partition.',
    ['stage', 'partition'],
  ),
  stopline_stage_time_seconds: row(
    'gauge',
    'Pipeline time that a stage has reached, in seconds since the epoch, by partition.',
    ['stage', 'partition'],
  ),
  stopline_topic_drift: row(
    'gauge',
    '1 for each setting in which a topic differed from the table when the process started.',
    ['topic', 'setting'],
  ),
  stopline_ready: row('gauge', '1 where the process is ready, else 0.'),
  stopline_http_requests_total: row('counter', 'Requests answered.', ['route', 'status']),
  stopline_http_request_seconds_total: row('counter', 'Time from requests to their answers.', [
    'route',
    'status',
  ]),
  stopline_stream_clients: row('gauge', 'Open streams of the API.'),
  stopline_stream_dropped_total: row('counter', 'Streams closed because the client was too slow.'),
  stopline_notify_deliveries_total: row(
    'counter',
    'Attempts to tell a receiver of incidents, by what came of them.',
    ['receiver', 'result'],
  ),
  stopline_notify_waiting: row('gauge', 'Incidents that a receiver has still to be told.', [
    'receiver',
  ]),
  stopline_resident_memory_bytes: row('gauge', 'Resident memory of the process.'),
} as const
type MetricName = keyof typeof METRICS
type NamesOf<T extends MetricType> = {
  [N in MetricName]: (typeof METRICS)[N] extends MetricRow<T> ? N : never
}[MetricName]

/** The metrics of one process. */
export interface Metrics {
  readonly contentType: string
  counter(name: NamesOf<'counter'>): Counter
  gauge(name: NamesOf<'gauge'>): Gauge
  /** Called each time before the text is made, for values that are read rather than counted. */
  beforeText(collect: () => void): void
  /** Everything as OpenMetrics text. */
  text(): Promise<string>
}

/** Makes every metric of the table, each with no value yet. Text form: OpenMetrics. */
export const createMetrics = (): Metrics => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const made = new Map<string, unknown>()
  for (const [name, { type, labels, help }] of Object.entries(METRICS)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    made.set(name, type === 'counter' ? new Counter(options) : new Gauge(options))
  }
  const collectors: (() => void)[] = []
  return {
    contentType: Registry.OPENMETRICS_CONTENT_TYPE,
    counter: (name) => made.get(name) as Counter,
    gauge: (name) => made.get(name) as Gauge,
    beforeText: (collect) => {
      collectors.push(collect)
    },
    text: () => {
      for (const collect of collectors) collect()
      return registry.metrics()
    },
  }
}
