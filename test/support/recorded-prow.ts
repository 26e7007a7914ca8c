/** A recording of a Prow whose runs begin and end as its rounds go on. */

import { readConfig } from '../../producers/config/config.ts'
import { openRecordingFolder, sourceFolder } from '../../producers/recording/folder.ts'
import { openRecordingWriter } from '../../producers/recording/writer.ts'
import { MINUTE, MONDAY } from './facts.ts'

const DECK = 'https://deck.example'
const LISTING = `${DECK}/prowjobs.js?omit=annotations%2Cpod_spec`
const ROUND_MS = 20 * MINUTE
const iso = (at: number): string => new Date(at).toISOString()

/** A run a round, which takes a round and a half; every third fails. */
const prowJob = (id: number, at: number) => {
  const start = MONDAY + id * ROUND_MS
  const end = start + 1.5 * ROUND_MS
  const ended = id % 3 === 0 ? 'failure' : 'success'
  return {
    metadata: { name: `uuid-${id}` },
    spec: { type: 'periodic', job: 'nightly', extra_refs: [{ org: 'o', repo: 'r' }] },
    status: {
      startTime: iso(start),
      pendingTime: iso(start),
      build_id: String(id),
      state: at < end ? 'pending' : ended,
      ...(at < end ? {} : { completionTime: iso(end) }),
    },
  }
}

/** Writes the recording into the folder. */
export const recordProw = (folder: string, rounds: number): void => {
  const ports = { env: () => undefined, file: () => '' }
  const config = readConfig({ sources: [{ kind: 'prow', deck: DECK }] }, ports, 'test')
  openRecordingFolder(folder, config)
  const [{ source } = { source: undefined }] = config.sources
  const { write, close } = openRecordingWriter(sourceFolder(folder, source?.name ?? ''))
  write({
    t: 'start',
    version: 1,
    source: source?.name ?? '',
    cursor: JSON.stringify(source?.newCursor()),
  })
  for (let id = 0; id < rounds; id += 1) {
    const at = MONDAY + id * ROUND_MS + 1
    const items = Array.from({ length: id + 1 }, (_, each) => prowJob(each, at))
    write({ t: 'round', at })
    write({ t: 'ask', id, at, url: LISTING, headers: {} })
    write({ t: 'answer', id, at, status: 200, headers: { 'content-type': 'application/json' } })
    write({ t: 'body', id, latin1: JSON.stringify({ items }) })
    write({ t: 'done', id })
    for (let turn = 0; turn < items.length; turn += 1) write({ t: 'turn', at: at + turn })
    write({ t: 'end', at })
  }
  close()
}
