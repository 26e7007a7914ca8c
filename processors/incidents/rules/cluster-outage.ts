/** A11: telemetry tells of troubles of the place where runs run. */

import { HOUR, limit, type ClusterRule } from '../rule.ts'

export const clusterOutage: ClusterRule<'weight' | 'keep'> = {
  of: 'cluster',
  name: 'cluster-outage',
  code: 'A11',
  severity: 'critical',
  per: 'place',
  doc: 'The troubles that telemetry tells of a cluster weigh at least `weight`. Over below `keep`. Places of single runs are left out.',
  advice: 'Runs there fail for the place: hold back reruns until it is mended.',
  coolDownMs: HOUR,
  limits: {
    weight: limit(1, 'points', [0.01, 1_000], 'Weight of the troubles from which it is raised.'),
    keep: limit(0.5, 'points', [0.01, 1_000], 'Weight below which it is over.'),
  },
  isRaised: ({ place, weight }, limits, isHeld) =>
    place.startsWith('cluster/') && weight >= (isHeld ? limits.keep : limits.weight),
  words: ({ place, troubles }) => ({
    title: `${place.replace('/', ' ')} is in trouble: ${troubles.map(({ name }) => name).join(', ')}`,
    signal: troubles.map(({ name, count }) => `${name} ${count} times`).join(', '),
  }),
}
