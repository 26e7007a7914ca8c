import { nextTheme, theme } from '../data/theme.ts'
import { address, goTo } from '../data/router.ts'
import { useStore } from '../data/store.ts'
import { query, type Route } from '../lib/routes.ts'
import { LiveState } from './live-state.tsx'

const PAGES = [
  ['/', 'Now', ['now']],
  ['/incidents', 'Incidents', ['incidents', 'incident']],
  ['/jobs', 'Jobs', ['jobs', 'job', 'runs', 'run']],
  ['/tests', 'Tests', ['tests', 'test', 'grid']],
  ['/health', 'Health', ['health', 'subject', 'compare']],
  ['/clusters', 'Clusters', ['clusters']],
  ['/pulls', 'Pulls', ['pulls', 'pull']],
  ['/savings', 'Savings', ['savings']],
  ['/what-if', 'What if', ['what-if']],
  ['/models', 'Models', ['models']],
  ['/pipeline', 'Pipeline', ['pipeline']],
] as const

/** Name, pages, live state and theme. */
export const TopBar = ({ route }: { readonly route: Route }) => (
  <div class="bar">
    <a class="brand" href="/" aria-label="Stopline, running now">
      <svg
        viewBox="0 0 16 16"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
      >
        <path d="M1 11h6M9.5 2v12" stroke-linecap="round" />
        <path d="M12 11h3" stroke-linecap="round" opacity=".5" />
      </svg>
      Stopline
    </a>
    <nav aria-label="Pages">
      <ul>
        {PAGES.map(([href, word, pages]) => (
          <li key={href}>
            <a
              href={href}
              aria-current={pages.some((page) => page === route.page) ? 'page' : undefined}
            >
              {word}
            </a>
          </li>
        ))}
        <li>
          <a href="/docs">API</a>
        </li>
      </ul>
    </nav>
    <div class="end">
      <SearchBox />
      <SavedLink />
      <LiveState />
      <ThemeButton />
    </div>
  </div>
)

/** Looks for words in everything that has a page. */
const SearchBox = () => (
  <form
    role="search"
    aria-label="Everything"
    class="everywhere"
    onSubmit={(event) => {
      event.preventDefault()
      const words = new FormData(event.currentTarget).get('q')
      goTo(`/search${query({ q: typeof words === 'string' ? words : '' })}`)
    }}
  >
    <input type="search" name="q" aria-label="Search everything" placeholder="Search" />
  </form>
)

/** Saved views, with what is shown now ready to be saved. */
const SavedLink = () => {
  const here = useStore(address)
  const of = here.startsWith('/views') ? null : here
  return (
    <a class="small" href={`/views${query({ of })}`}>
      Views
    </a>
  )
}

const SIGNS = { system: '◐', light: '○', dark: '●' } as const

const ThemeButton = () => {
  const chosen = useStore(theme)
  return (
    <button
      type="button"
      onClick={nextTheme}
      aria-label={`Theme: ${chosen}`}
      title={`Theme: ${chosen}`}
    >
      <span aria-hidden="true">{SIGNS[chosen]}</span>
    </button>
  )
}
