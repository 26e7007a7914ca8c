import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { MemoryLog } from '../support/memory-views.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { describeLogReader } from './log-reader.ts'

describeLogReader('memory', () => {
  const log = new MemoryLog()
  return { log, append: (records) => log.append(records), close: () => undefined }
})
describeLogReader('one SQLite file', () => {
  const store = new EmbeddedStore(temporaryFolder())
  const log = new EmbeddedLog(store)
  return {
    log,
    append: (records) => {
      store.transaction(() => log.append(records))
    },
    close: () => {
      store.close()
    },
  }
})
