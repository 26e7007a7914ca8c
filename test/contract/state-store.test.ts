import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { describeStateStore, type OpenStateStore } from './state-store.ts'

const embedded = (folder: string): OpenStateStore => {
  const store = new EmbeddedStore(folder)
  return {
    store,
    reopen: () => {
      store.transaction(() => undefined)
      store.close()
      return embedded(folder)
    },
    close: () => {
      store.close()
    },
  }
}
describeStateStore('one SQLite file', () => embedded(temporaryFolder()))
