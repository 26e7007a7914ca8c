/** The items of a long JSON list as they come: `{"items":[{...},{...}]}`. One item is held at a time, and never the text. */

import { RefusedPayload } from './heard.ts'
import { isJson } from './json.ts'
import { dropBody, UnexpectedAnswer, type Get } from './reach.ts'

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const SPACES = /^[\s\ufeff]*/
const MAX_ITEM_BYTES = 4 * 2 ** 20
const HEAD_BYTES = 4096
/** The list is in the outer object, and items are in the list. */
const ITEM_DEPTH = 3

const notJson = (): UnexpectedAnswer =>
  new UnexpectedAnswer(200, 'the list is no JSON, or broke off')

const parsed = (parts: readonly Uint8Array[]): unknown => {
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch {
    throw notJson()
  }
}

/** Stands for an item that is too long to be held: it is no object. */
export const TOO_LONG = 'an item that is too long'

/** Follows brackets outside of texts, a piece at a time. */
const createScanner = () => {
  let depth = 0
  let isText = false
  let isEscaped = false
  let isInList = false
  let hasList = false
  let rest: Uint8Array[] = []
  let isTooLong = false

  const heldBytes = (): number => rest.reduce((sum, { length }) => sum + length, 0)
  const scan = (piece: Uint8Array): unknown[] => {
    const items: unknown[] = []
    let from = rest.length > 0 || isTooLong ? 0 : -1
    for (let i = 0; i < piece.length; i += 1) {
      const byte = piece[i]
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isText = false
        continue
      }
      if (byte === QUOTE) isText = true
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1
        if (depth === ITEM_DEPTH - 1) isInList = byte === OPEN_LIST
        hasList ||= depth === ITEM_DEPTH - 1 && isInList
        if (depth === ITEM_DEPTH && isInList && byte === OPEN_OBJECT) from = i
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1
        if (depth !== ITEM_DEPTH - 1 || from < 0) continue
        items.push(isTooLong ? TOO_LONG : parsed([...rest, piece.subarray(from, i + 1)]))
        rest = []
        isTooLong = false
        from = -1
      }
    }
    if (from >= 0 && !isTooLong) rest.push(Uint8Array.from(piece.subarray(from)))
    if (heldBytes() > MAX_ITEM_BYTES) {
      isTooLong = true
      rest = []
    }
    return items
  }
  return {
    scan,
    isWhole: () => depth === 0 && !isText,
    hasList: () => hasList,
  }
}

/** An answer without a list: one of nothing at all says so, anything else is refused. */
const checkEmpty = (head: Buffer): void => {
  const payload = parsed([head])
  if (!isJson(payload) || payload['items'] !== null)
    throw new RefusedPayload('missing-field', 'items is missing')
}

/** Items of the list in the outer object, {@link TOO_LONG} for those over 4 MB. Throws {@link UnexpectedAnswer} at what is no JSON, {@link RefusedPayload} without a list. */
async function* jsonItems(pieces: AsyncIterable<Uint8Array>): AsyncGenerator {
  const scanner = createScanner()
  let head = Buffer.alloc(0)
  for await (const piece of pieces) {
    if (head.length < HEAD_BYTES) {
      head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)])
      const start = head.toString('utf8').replace(SPACES, '')
      if (start !== '' && !start.startsWith('{')) throw notJson()
    }
    yield* scanner.scan(piece)
  }
  if (!scanner.isWhole() || head.length === 0) throw notJson()
  if (!scanner.hasList()) checkEmpty(head)
}

/** Items of the list that is answered with 200. Throws {@link UnexpectedAnswer}. */
export const getItems = async (get: Get, url: string): Promise<AsyncIterable<unknown>> => {
  const answer = await get(url)
  if (answer.status === 200) return jsonItems(answer.body)
  await dropBody(answer)
  throw new UnexpectedAnswer(answer.status, `${new URL(url).pathname} answered ${answer.status}`)
}
