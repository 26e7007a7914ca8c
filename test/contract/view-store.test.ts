import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { EmbeddedViews } from '../../runtime/embedded/views.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { MemoryViews } from '../support/memory-views.ts'
import { describeViewStore } from './view-store.ts'

describeViewStore('memory', () => {
  const store = new MemoryViews()
  return {
    store,
    write: (writes) => {
      store.write(writes)
    },
    close: () => undefined,
  }
})

describeViewStore('the embedded file', () => {
  const file = new EmbeddedStore(':memory:')
  const store = new EmbeddedViews(file, new EmbeddedLog(file), toViews)
  return {
    store,
    write: (writes) => {
      file.transaction(() => {
        store.write(writes)
      })
    },
    close: () => {
      file.close()
    },
  }
})
