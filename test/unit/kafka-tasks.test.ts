import { expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'

const plans = tasksOf(TOPOLOGY)

it('fuses processors of one key, and cuts where records change their key', () => {
  expect(plans.map(({ processors }) => processors.map(({ name }) => name))).toEqual([
    ['runs', 'grouping', 'placing', 'pace', 'tests', 'failure-kind', 'slicing', 'cluster-shares'],
    ['signals'],
    ['clusters'],
    ['stopping', 'kpis', 'pull-checks', 'job-alerts'],
    ['priors'],
    ['source-kpis', 'source-alerts'],
    ['failure-signatures'],
    ['kpi-repos'],
    ['kpi-communities'],
    ['kpi-slices'],
    ['kpi-clusters'],
    ['merge-time', 'kpi-pulls'],
    ['merge-priors'],
    ['test-alerts'],
    ['kpi-alerts'],
    ['cluster-alerts'],
    ['pull-alerts'],
    ['incidents'],
  ])
})

it('names for each input who writes it before: never the task itself or one after it', () => {
  const inputs = Object.fromEntries(plans.map((plan) => [plan.name, plan.inputs]))
  expect(inputs['runs']).toEqual([
    { topic: 'ci.run-events.v1', writers: ['outside'] },
    { topic: 'ci.test-results.v1', writers: ['outside'] },
    { topic: 'ci.log-excerpts.v1', writers: ['outside'] },
  ])
  expect(inputs['stopping']).toEqual([
    { topic: 'ci.test-results.v1', writers: ['outside'] },
    { topic: 'ci.runs.v1', writers: ['runs'] },
    { topic: 'ci.signals.v1', writers: ['runs', 'signals', 'clusters'] },
    { topic: 'ci.acts.v1', writers: ['outside'] },
    { topic: 'ci.test-tabs.v1', writers: ['runs'] },
    { topic: 'ci.tab-states.v1', writers: ['outside'] },
  ])
  expect(inputs['kpi-repos']).toEqual([{ topic: 'ci.kpi-partials.v1', writers: ['stopping'] }])
  expect(inputs['kpi-communities']).toEqual([
    { topic: 'ci.kpi-partials.v1', writers: ['stopping', 'kpi-repos'] },
  ])
})

it('holds tables whole, of whoever writes them', () => {
  const settings = { topic: 'ci.alert-settings.v1', writers: ['outside'] }
  const tablesOf = (task: string) => plans.find(({ name }) => name === task)?.tables
  expect(tablesOf('stopping')).toEqual([{ topic: 'ci.priors.v1', writers: ['priors'] }, settings])
  expect(tablesOf('merge-time')).toEqual([
    { topic: 'ci.merge-priors.v1', writers: ['merge-priors'] },
  ])
  // Nobody within writes what was configured: whoever starts it does.
  expect(tablesOf('incidents')).toEqual([settings])
  expect(tablesOf('runs')).toEqual([settings])
  expect(tablesOf('signals')).toEqual([])
})

it('names what is on the cluster within a namespace', () => {
  const names = namesIn('staging.')
  expect(names.topic('ci.runs.v1')).toBe('staging.ci.runs.v1')
  expect(names.changelog('runs')).toBe('staging.stopline.runs.changelog')
  expect(namesIn('').transactionalId('runs', 2)).toBe('stopline-runs-2')
  expect(names.group('runs')).not.toBe(namesIn('').group('runs'))
})
