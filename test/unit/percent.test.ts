import { expect, it } from 'vitest'
import { percent } from '../../schemas/percent.ts'

it('writes whole per cent, and neither none nor all of what only comes near', () => {
  expect([0.934, 0.997, 0.003, 1, 0, 0.5].map(percent)).toEqual([
    '93 %',
    'over 99 %',
    'under 1 %',
    '100 %',
    '0 %',
    '50 %',
  ])
})
