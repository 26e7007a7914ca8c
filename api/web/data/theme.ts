/** Light, dark, or as the system says. */

import { createStore } from './store.ts'

export type Theme = 'system' | 'light' | 'dark'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const NAME = 'stopline-theme'

const stored = (): Theme => {
  try {
    const found = localStorage.getItem(NAME)
    return THEMES.find((theme) => theme === found) ?? 'system'
  } catch {
    return 'system'
  }
}
const media = matchMedia('(prefers-color-scheme: dark)')

export const theme = createStore<Theme>(stored())
/** Whether the page is dark now, whoever decided it. */
export const isDark = createStore(false)

const apply = (): void => {
  const chosen = theme.get()
  const dark = chosen === 'system' ? media.matches : chosen === 'dark'
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  isDark.set(dark)
}

/** Applies the stored choice and follows both the choice and the system. */
export const startTheme = (): void => {
  apply()
  media.addEventListener('change', apply)
  theme.subscribe(apply)
}

/** System, light, dark and round again. */
export const nextTheme = (): void => {
  const next = THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length] ?? 'system'
  try {
    localStorage.setItem(NAME, next)
  } catch {
    // Storage may be off; the choice then lasts as long as the page.
  }
  theme.set(next)
}
