import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { describeRecordLog } from './record-log.ts'

describeRecordLog('one SQLite file', () => {
  const store = new EmbeddedStore(':memory:')
  const log = new EmbeddedLog(store)
  return Promise.resolve({
    append: (records) => {
      store.transaction(() => log.append(records))
      return Promise.resolve()
    },
    readAll: (topic) => Promise.resolve([...log.read(topic)]),
    close: () => {
      store.close()
      return Promise.resolve()
    },
  })
})
