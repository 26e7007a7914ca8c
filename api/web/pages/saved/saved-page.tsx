import { address, setParams } from '../../data/router.ts'
import { forgetView, savedViews, saveView, type SavedView } from '../../data/saved-views.ts'
import { useStore } from '../../data/store.ts'
import { Message } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'

/** Views that were saved in this browser, and the one that was looked at before, to be saved. */
export const SavedPage = () => {
  const of = new URLSearchParams(useStore(address).split('?')[1] ?? '').get('of')
  const views = useStore(savedViews)
  return (
    <>
      <h1>Saved views</h1>
      {of !== null && /^\/(?!\/)/.test(of) && <SaveForm of={of} />}
      <Panel title="Views" note="kept in this browser; the address of a view can be sent to others">
        {views.length === 0 ? (
          <Message title="None is saved yet">
            Go to a page, filter it, and press Views: its address is saved under a name.
          </Message>
        ) : (
          <ul class="stack">
            {views.map((view) => (
              <ViewLine key={view.name} view={view} />
            ))}
          </ul>
        )}
      </Panel>
    </>
  )
}

const SaveForm = ({ of }: { readonly of: string }) => (
  <form
    class="panel row"
    aria-label="Save a view"
    onSubmit={(event) => {
      event.preventDefault()
      const given = new FormData(event.currentTarget).get('name')
      const name = typeof given === 'string' ? given.trim() : ''
      if (name === '') return
      saveView({ name, address: of })
      setParams({ of: null })
    }}
  >
    <label class="row">
      Save
      <code class="break">{of}</code> as
      <input type="search" name="name" required maxLength={80} aria-label="Name of the view" />
    </label>
    <button type="submit">Save</button>
  </form>
)

const ViewLine = ({ view }: { readonly view: SavedView }) => (
  <li class="row between">
    <span class="break">
      <a href={view.address}>{view.name}</a> <code class="small quiet">{view.address}</code>
    </span>
    <button
      type="button"
      onClick={() => {
        forgetView(view.name)
      }}
    >
      Forget<span class="unseen"> {view.name}</span>
    </button>
  </li>
)
