/** The clock port: wall clock for live sources, moved by hand in tests, faster than real for demonstrations. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Runs `speed` times as fast as the wall clock, from an instant on that it has now. */
export const scaledClock = (speed: number, from = Date.now()): Clock => {
  const began = performance.now()
  return { now: () => Math.floor(from + (performance.now() - began) * speed) }
}

/** Stands still until moved. */
export const handClock = (start: number): Clock & { move(ms: number): void } => {
  let now = start
  return {
    now: () => now,
    move: (ms) => {
      now += ms
    },
  }
}
