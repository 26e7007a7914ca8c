import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inTime, NotEndedError } from '../../runtime/kafka/in-time.ts'

const never = new Promise<never>(() => undefined)
const what = (): string => 'runs/0'

describe('what must end in time', () => {
  it('may take as long as it likes before it is told to end', async () => {
    const work = sleep(60).then(() => 'done')
    expect(await inTime(work, new AbortController().signal, 5, what)).toBe('done')
  })

  it('is named where it has not ended so long after the signal, and not before', async () => {
    const began = performance.now()
    const stop = new AbortController()
    setTimeout(() => {
      stop.abort()
    }, 40)
    const ended = inTime(never, stop.signal, 30, what)
    await expect(ended).rejects.toThrow(new NotEndedError('runs/0: told to end 0.03 s ago'))
    expect(performance.now() - began).toBeGreaterThan(65)
  })

  it('is waited for as long where the signal had come already', async () => {
    await expect(inTime(never, AbortSignal.abort(), 10, what)).rejects.toThrow(NotEndedError)
    expect(await inTime(sleep(5, 'done'), AbortSignal.abort(), 2_000, what)).toBe('done')
  })

  it('hands on what went wrong', async () => {
    const work = Promise.reject(new Error('broken'))
    await expect(inTime(work, new AbortController().signal, 10, what)).rejects.toThrow('broken')
  })
})
