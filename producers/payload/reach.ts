/** What a source needs of HTTP. Whoever polls brings time limits, retries, quota and the list of hosts that may be asked. */

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
}
export interface Asking {
  /** First byte wanted; whoever answers may not heed it and then says 200. */
  readonly from?: number
  /** Bytes wanted at most. */
  readonly length?: number
}
export type Get = (url: string, asking?: Asking) => Promise<Answer>

/** The source answered, and not with what was asked for. */
export class UnexpectedAnswer extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'UnexpectedAnswer'
    this.status = status
  }
}

const textOf = async (answer: Answer, maxBytes: number): Promise<string> => {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body) {
    size += part.length
    if (size > maxBytes)
      throw new UnexpectedAnswer(answer.status, `the answer is over ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The text of an answer of 200. Throws {@link UnexpectedAnswer}. */
export const getText = async (get: Get, url: string, maxBytes: number): Promise<string> => {
  const answer = await get(url)
  const text = await textOf(answer, answer.status === 200 ? maxBytes : 65_536)
  if (answer.status === 200) return text
  throw new UnexpectedAnswer(answer.status, `${new URL(url).pathname} answered ${answer.status}`)
}

/** The JSON of an answer of 200. Throws {@link UnexpectedAnswer}, also for HTML where JSON should be. */
export const getJson = async (get: Get, url: string, maxBytes: number): Promise<unknown> => {
  const text = await getText(get, url, maxBytes)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new UnexpectedAnswer(200, `${new URL(url).pathname} answered with no JSON`)
  }
}
