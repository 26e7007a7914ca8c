/** What must end in time: where it does not, whoever waits is told, instead of waiting for ever. */

/** Something was told to end and has not. */
export class NotEndedError extends Error {
  override name = 'NotEndedError'
}

/** As `work`, but rejects with a {@link NotEndedError} where that has not ended `mostMs` after the signal. */
export const inTime = async <T>(
  work: Promise<T>,
  signal: AbortSignal,
  mostMs: number,
  what: () => string,
): Promise<T> => {
  const late = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => {
      late.reject(new NotEndedError(`${what()}: told to end ${mostMs / 1_000} s ago`))
    }, mostMs)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', begin)
    clearTimeout(timer)
  }
}
