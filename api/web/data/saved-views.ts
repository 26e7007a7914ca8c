/** Saved views: names for addresses, kept in this browser. The address is the view, so it can be sent to others. */

import { createStore } from './store.ts'

export interface SavedView {
  readonly name: string
  readonly address: string
}
const PLACE = 'stopline-views'
const MOST = 100

/** Only addresses of the page itself: what was stored may have been tampered with. */
const isView = (value: unknown): value is SavedView => {
  const { name, address } = (value ?? {}) as Partial<SavedView>
  return typeof name === 'string' && typeof address === 'string' && /^\/(?!\/)/.test(address)
}

const stored = (): readonly SavedView[] => {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]')
    return Array.isArray(found) ? found.filter(isView).slice(0, MOST) : []
  } catch {
    return []
  }
}

export const savedViews = createStore(stored())

const keep = (views: readonly SavedView[]): void => {
  savedViews.set(views)
  try {
    localStorage.setItem(PLACE, JSON.stringify(views))
  } catch {
    // A browser that keeps nothing shows them until it is closed.
  }
}

/** Saves a view; one of the same name is replaced. */
export const saveView = (view: SavedView): void => {
  keep([view, ...savedViews.get().filter(({ name }) => name !== view.name)].slice(0, MOST))
}
export const forgetView = (name: string): void => {
  keep(savedViews.get().filter((view) => view.name !== name))
}
