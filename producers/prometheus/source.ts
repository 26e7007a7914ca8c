/** Prometheus as a source: its row in the table of sources. */

import { sourceRow } from '../source.ts'
import { newPrometheusCursor, pollPrometheus, type PrometheusCursor } from './poll.ts'

export const PROMETHEUS = sourceRow({
  doc: 'Troubles of clusters by the query API of Prometheus or Thanos, told to the runs that run there: joined by the label `cluster` of a run, or by its id.',
  fields: {
    url: {
      type: 'url',
      doc: 'Address of the API, up to `/api/v1`.',
      otherwise: 'http://localhost:9090',
    },
    of: {
      type: 'text',
      doc: 'Name of the source whose runs it tells of.',
      otherwise: 'prow',
    },
    token: { type: 'secret', doc: 'Bearer token.' },
    queries: {
      type: 'list',
      doc: 'PromQL; each series that is not 0 is a trouble of its place, named by its label `alertname`, or as the query is: `NAME: QUERY`. Default: `ALERTS{alertstate="firing"}`.',
    },
    runs: {
      type: 'text',
      doc: 'PromQL whose series tell which run a cluster was made for, as `cluster_installer` does.',
    },
    cluster_label: { type: 'text', doc: 'Label that names the cluster.', otherwise: 'cluster' },
    id_label: {
      type: 'text',
      doc: 'Label that holds the id of a cluster that was made for a run.',
      otherwise: '_id',
    },
    run_label: {
      type: 'text',
      doc: 'Label that holds the run, alone or after the last `/`.',
      otherwise: 'invoker',
    },
    every: {
      type: 'duration',
      doc: 'Time from one round to the next.',
      range: ['5s', '1h'],
      otherwise: '1m',
    },
  },
  open: (values) => {
    const { name, url, of, token, queries, runs } = values
    const config = {
      source: name,
      of,
      url,
      queries: queries.length > 0 ? queries : ['ALERTS{alertstate="firing"}'],
      runs,
      labels: { cluster: values.cluster_label, id: values.id_label, invoker: values.run_label },
    }
    return {
      name,
      addresses: [url],
      everyMs: values.every,
      tellsOf: of,
      ...(token === null
        ? {}
        : { authorize: () => Promise.resolve({ authorization: `Bearer ${token}` }) }),
      newCursor: newPrometheusCursor,
      poll: (get, cursor: PrometheusCursor, now) => pollPrometheus(get, cursor, config, now),
    }
  },
})
