/** Real links without page loads: the address bar is the only state of navigation. */

import { createStore } from './store.ts'

const here = (): string => `${location.pathname}${location.search}`

/** Path and query of the address bar. */
export const address = createStore(here())

const follow = (): void => {
  address.set(here())
}

/** Goes to an address of the page. `replace` leaves no step to go back to: for filters. */
export const goTo = (to: string, replace = false): void => {
  if (to === here()) return
  if (replace) history.replaceState(null, '', to)
  else {
    history.pushState(null, '', to)
    scrollTo(0, 0)
  }
  follow()
}

/** Sets or (null) clears parameters of the query string, keeping the rest. */
export const setParams = (values: Record<string, string | null>): void => {
  const params = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') params.delete(name)
    else params.set(name, value)
  }
  const text = params.toString()
  goTo(`${location.pathname}${text === '' ? '' : `?${text}`}`, true)
}

const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

/** Takes plain clicks on links to the page itself; everything else stays the browser's. */
export const startRouter = (): void => {
  addEventListener('popstate', follow)
  document.addEventListener('click', (event) => {
    const target = event.target
    const anchor = target instanceof Element ? target.closest('a[href^="/"]') : null
    if (!anchor || event.defaultPrevented || !isPlainClick(event)) return
    const to = anchor.getAttribute('href') ?? '/'
    if (to.startsWith('/docs') || to.startsWith('/v1') || anchor.hasAttribute('download')) return
    event.preventDefault()
    goTo(to)
  })
}
