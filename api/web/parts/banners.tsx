import { link } from '../data/live.ts'
import { status } from '../data/status.ts'
import { useStore } from '../data/store.ts'

/** What must not be missed: that the data is simulated, that the page polls. */
export const Banners = () => {
  const isSimulated = useStore(status)?.isSimulated === true
  const isPolling = useStore(link) === 'polling'
  return (
    <>
      {isSimulated && (
        <p class="demo" role="note">
          Simulated data (demo): no run, pull request or figure on this page is real.
        </p>
      )}
      {isPolling && (
        <p class="notice" role="status">
          The live stream is down. The page asks every 5 seconds and goes live again by itself.
        </p>
      )}
    </>
  )
}
