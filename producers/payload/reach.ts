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
  /** True for what concerns a run that goes on: where quota is short, it comes first. */
  readonly isUrgent?: boolean
  /** True for what is read once and not asked for again: nothing of it is kept. */
  readonly isOnce?: boolean
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

/** Lets go of a body that nobody reads. Only one that was begun can be given back. */
export const dropBody = async ({ body }: Answer): Promise<void> => {
  for await (const piece of body) if (piece.length > 0) return
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

const read = async (get: Get, url: string, maxBytes: number, asking?: Asking) => {
  const answer = await get(url, asking)
  const text = await textOf(answer, answer.status === 200 ? maxBytes : 65_536)
  if (answer.status === 200) return { text, headers: answer.headers }
  throw new UnexpectedAnswer(answer.status, `${new URL(url).pathname} answered ${answer.status}`)
}

/** The text of an answer of 200. Throws {@link UnexpectedAnswer}. */
export const getText = async (get: Get, url: string, maxBytes: number): Promise<string> =>
  (await read(get, url, maxBytes)).text

/** The JSON of an answer of 200, with its headers. Throws {@link UnexpectedAnswer}, also for HTML where JSON should be. */
export const getPage = async (
  get: Get,
  url: string,
  maxBytes: number,
  asking?: Asking,
): Promise<{ readonly json: unknown; readonly headers: Answer['headers'] }> => {
  const { text, headers } = await read(get, url, maxBytes, asking)
  try {
    return { json: JSON.parse(text) as unknown, headers }
  } catch {
    throw new UnexpectedAnswer(200, `${new URL(url).pathname} answered with no JSON`)
  }
}

/** The JSON of an answer of 200. Throws {@link UnexpectedAnswer}. */
export const getJson = async (
  get: Get,
  url: string,
  maxBytes: number,
  asking?: Asking,
): Promise<unknown> => (await getPage(get, url, maxBytes, asking)).json
