/** Exit code 0 where the process of this container answers well: `node healthy.ts [healthz|readyz]`. It may listen on either port. */

const path = process.argv[2] ?? 'healthz'

const ask = async (port: number): Promise<void> => {
  const signal = AbortSignal.timeout(2_000)
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal })
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
}
const reasonOf = (error: Error): string =>
  (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message

try {
  await Promise.any([8080, 9464].map(ask))
} catch (error) {
  // `docker inspect` shows it.
  const reasons = (error as AggregateError).errors.map((each) => reasonOf(each as Error))
  process.stdout.write(`${reasons.join('; ')}\n`)
  process.exitCode = 1
}
