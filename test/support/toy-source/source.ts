/** A Toy as a source: its row in the table of sources. */

import { sourceRow } from '../../../producers/source.ts'
import { pollToy, type ToyCursor } from './poll.ts'

export const TOY = sourceRow({
  doc: 'Builds of a Toy.',
  fields: {
    url: { type: 'url', doc: 'Address of the Toy.', otherwise: 'http://localhost:1234' },
    every: {
      type: 'duration',
      doc: 'Time from one look to the next.',
      range: ['1s', '1h'],
      otherwise: '30s',
    },
  },
  open: ({ name, url, every }) => ({
    name,
    addresses: [url],
    everyMs: every,
    newCursor: (): ToyCursor => ({}),
    poll: (get, cursor: ToyCursor, now) => pollToy(get, cursor, { source: name, url }, now),
  }),
})
