import { describe, expect, it } from 'vitest'
import { createSinkState } from '../../cli/commands/sink.ts'
import { createMetrics } from '../../runtime/metrics.ts'

describe('what a sink tells of itself', () => {
  it('is how far its own partitions are behind, not those that another sink writes by now', async () => {
    const metrics = createMetrics()
    const { hooks } = createSinkState(metrics)
    const lags = async (): Promise<string[]> =>
      (await metrics.text()).split('\n').filter((line) => line.startsWith('stopline_stage_lag'))
    const behind = (seconds: number) => ({ asOf: 1_000, offeredAt: 1_000 + 1_000 * seconds })
    hooks.onFresh?.(
      new Map([
        [0, behind(100)],
        [1, behind(2)],
      ]) as never,
    )
    expect(await lags()).toHaveLength(2)
    hooks.onFresh?.(new Map([[1, behind(3)]]) as never)
    expect(await lags()).toEqual(['stopline_stage_lag_seconds{stage="sink",partition="1"} 3'])
    hooks.onFresh?.(new Map())
    expect(await lags()).toEqual([])
  })
})
