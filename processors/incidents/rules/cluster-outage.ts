/** A11: a cluster is in trouble, as telemetry says, or as runs there fail that pass elsewhere. */

import { percent } from '../../../schemas/percent.ts'
import { HOUR, limit, type ClusterRule } from '../rule.ts'

export const clusterOutage: ClusterRule<'weight' | 'keep' | 'worse' | 'within' | 'least'> = {
  of: 'cluster',
  name: 'cluster-outage',
  code: 'A11',
  severity: 'critical',
  per: 'place',
  doc: 'The troubles that telemetry tells of a cluster weigh at least `weight`. Over below `keep`. Or the 95 % interval of its cluster_health_delta over 24 h lies at or below −`worse`, over `least` runs at least. Over where the delta is above −`within`, or none of its jobs runs elsewhere. Places of single runs are left out.',
  advice: 'Runs there fail for the place: hold back reruns until it is mended.',
  coolDownMs: HOUR,
  limits: {
    weight: limit(1, 'points', [0.01, 1_000], 'Weight of the troubles from which it is raised.'),
    keep: limit(0.5, 'points', [0.01, 1_000], 'Weight below which it is over.'),
    worse: limit(0.1, 'ratio points', [0, 1], 'Pass rate surely so far below, where it is raised.'),
    within: limit(0.05, 'ratio points', [0, 1], 'Pass rate less far below, where it is over.'),
    least: limit(10, 'runs', [1, 10_000], 'Runs there at least: few are of one change, or chance.'),
  },
  isRaised: ({ place, weight }, limits, isHeld) =>
    place.startsWith('cluster/') && weight >= (isHeld ? limits.keep : limits.weight),
  words: ({ place, troubles }) => ({
    title: `${place.replace('/', ' ')} is in trouble: ${troubles.map(({ name }) => name).join(', ')}`,
    signal: troubles.map(({ name, count }) => `${name} ${count} times`).join(', '),
  }),
  beside: {
    kpi: 'cluster_health_delta',
    window: '24h',
    isRaised: ({ value, high, n }, { worse, within, least }, isHeld) =>
      value !== null && (isHeld ? value <= -within : high !== null && high <= -worse && n >= least),
    words: (cluster, { value, low, high, n }) => ({
      title: `cluster ${cluster}: its runs pass ${Math.round(-100 * (value ?? 0))} points less often than those of the same jobs elsewhere`,
      signal: `95 % interval ${percent(low ?? -1)} to ${percent(high ?? 1)}, over ${n} runs of 24 hours`,
    }),
  },
}
