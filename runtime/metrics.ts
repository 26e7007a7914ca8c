/** THE metric table. `docs/metrics.md` lists the same rows; a test compares both. Nothing else may name a metric. */

import { Counter, Gauge, Histogram, Registry, type OpenMetricsContentType } from 'prom-client'

type MetricType = 'counter' | 'gauge' | 'histogram'
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
  stopline_topic_records: row('gauge', 'Records ever published to a topic.', ['topic']),
  stopline_store_bytes: row('gauge', 'Size of the store on disk.'),
  stopline_source_cursor: row('gauge', 'How far a source has been heard, in its own count.', [
    'source',
  ]),
  stopline_http_requests_total: row('counter', 'Requests answered.', ['route', 'status']),
  stopline_http_request_seconds: row('histogram', 'Time from request to answer.', ['route']),
  stopline_stream_clients: row('gauge', 'Open streams of the API.'),
  stopline_stream_dropped_total: row('counter', 'Streams closed because the client was too slow.'),
  stopline_webhook_deliveries_total: row('counter', 'Webhook deliveries by what came of them.', [
    'result',
  ]),
  stopline_webhook_waiting: row('gauge', 'Incident records the webhook has still to deliver.'),
  stopline_resident_memory_bytes: row('gauge', 'Resident memory of the process.'),
} as const
export type MetricName = keyof typeof METRICS
type NamesOf<T extends MetricType> = {
  [N in MetricName]: (typeof METRICS)[N] extends MetricRow<T> ? N : never
}[MetricName]

/** The metrics of one process. */
export interface Metrics {
  readonly registry: Registry<OpenMetricsContentType>
  counter(name: NamesOf<'counter'>): Counter
  gauge(name: NamesOf<'gauge'>): Gauge
  histogram(name: NamesOf<'histogram'>): Histogram
}

/** Upper bounds of the buckets of a histogram. Unit: seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1]

/** Makes every metric of the table, each with no value yet. Text form: OpenMetrics. */
export const createMetrics = (): Metrics => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const made = new Map<string, unknown>()
  for (const [name, { type, labels, help }] of Object.entries(METRICS)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') made.set(name, new Counter(options))
    else if (type === 'gauge') made.set(name, new Gauge(options))
    else made.set(name, new Histogram({ ...options, buckets: BUCKETS }))
  }
  return {
    registry,
    counter: (name) => made.get(name) as Counter,
    gauge: (name) => made.get(name) as Gauge,
    histogram: (name) => made.get(name) as Histogram,
  }
}
