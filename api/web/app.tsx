import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { keyParts } from '../../schemas/keys.ts'
import { openLive } from './data/live.ts'
import { address } from './data/router.ts'
import { useStore } from './data/store.ts'
import { jobPath, pullPath, routeOf, streamOf, subjectPath, type Route } from './lib/routes.ts'
import { ClustersPage } from './pages/clusters/clusters-page.tsx'
import { ComparePage } from './pages/compare/compare-page.tsx'
import { GridPage } from './pages/grid/grid-page.tsx'
import { HealthPage } from './pages/health/health-page.tsx'
import { SubjectPage } from './pages/health/subject-page.tsx'
import { IncidentPage } from './pages/incident/incident-page.tsx'
import { IncidentsPage } from './pages/incidents/incidents-page.tsx'
import { JobPage } from './pages/job/job-page.tsx'
import { JobsPage } from './pages/jobs/jobs-page.tsx'
import { ModelsPage } from './pages/models/models-page.tsx'
import { NowPage } from './pages/now/now-page.tsx'
import { PipelinePage } from './pages/pipeline/pipeline-page.tsx'
import { PullPage } from './pages/pull/pull-page.tsx'
import { PullsPage } from './pages/pulls/pulls-page.tsx'
import { RunPage } from './pages/run/run-page.tsx'
import { RunsPage } from './pages/runs/runs-page.tsx'
import { SavedPage } from './pages/saved/saved-page.tsx'
import { SavingsPage } from './pages/savings/savings-page.tsx'
import { SearchPage } from './pages/search/search-page.tsx'
import { TestPage } from './pages/test/test-page.tsx'
import { TestsPage } from './pages/tests/tests-page.tsx'
import { WhatIfPage } from './pages/what-if/what-if-page.tsx'
import { Message } from './parts/asked.tsx'
import { Banners } from './parts/banners.tsx'
import { TopBar } from './parts/top-bar.tsx'

const Page = ({ route }: { readonly route: Route }) => {
  switch (route.page) {
    case 'now':
      return <NowPage />
    case 'jobs':
      return <JobsPage />
    case 'runs':
      return <RunsPage />
    case 'job':
      return <JobPage key={jobPath(route.job)} job={route.job} />
    case 'grid':
      return <GridPage key={jobPath(route.job)} job={route.job} />
    case 'tests':
      return <TestsPage />
    case 'test':
      return <TestPage key={route.test} test={route.test} />
    case 'run':
      return <RunPage key={titleOf(route)} run={route.run} />
    case 'health':
      return <HealthPage />
    case 'subject':
      return <SubjectPage key={subjectPath(route.of)} of={route.of} />
    case 'clusters':
      return <ClustersPage />
    case 'incidents':
      return <IncidentsPage />
    case 'incident':
      return <IncidentPage key={route.incident} incident={route.incident} />
    case 'compare':
      return <ComparePage />
    case 'search':
      return <SearchPage />
    case 'views':
      return <SavedPage />
    case 'pulls':
      return <PullsPage />
    case 'pull':
      return <PullPage key={pullPath(route.pull)} pull={route.pull} />
    case 'savings':
      return <SavingsPage />
    case 'models':
      return <ModelsPage />
    case 'what-if':
      return <WhatIfPage />
    case 'pipeline':
      return <PipelinePage />
    case 'missing':
      return (
        <>
          <h1>No such page</h1>
          <Message title="This address names nothing here">
            Look at what is <a href="/">running now</a> or at the <a href="/jobs">jobs</a>.
          </Message>
        </>
      )
  }
}

const TITLES = {
  now: 'Now',
  jobs: 'Jobs',
  runs: 'Runs',
  tests: 'Tests',
  health: 'Health',
  clusters: 'Clusters',
  incidents: 'Incidents',
  compare: 'Compare',
  search: 'Search',
  views: 'Saved views',
  pulls: 'Pull requests',
  savings: 'Savings',
  'what-if': 'What if',
  models: 'Models',
  pipeline: 'Pipeline',
  missing: '?',
}
const titleOf = (route: Route): string => {
  switch (route.page) {
    case 'job':
      return route.job.job
    case 'test':
      return route.test
    case 'grid':
      return `Tests of ${route.job.job}`
    case 'run':
      return `${route.run.job} ${route.run.runId} #${route.run.attempt}`
    case 'incident':
      return keyParts(route.incident).slice(0, 4).join(' · ')
    case 'pull':
      return `${route.pull.repo} #${route.pull.pull}`
    case 'subject':
      return keyParts(route.of.subject).join(' · ')
    default:
      return TITLES[route.page]
  }
}

/** The page: bar, banners, and what the address names. A change of page moves the focus to its start. */
export const App = () => {
  const route = routeOf(useStore(address).split('?')[0] ?? '/')
  const title = titleOf(route)
  const stream = streamOf(route)
  useEffect(() => openLive(stream), [stream])
  const main = useRef<HTMLElement>(null)
  const before = useRef(title)
  // Before anything of the new page can be seen: later it would take the focus from what has been reached meanwhile.
  useLayoutEffect(() => {
    document.title = `${title} · Stopline`
    if (before.current !== title) main.current?.focus({ preventScroll: true })
    before.current = title
  }, [title])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <TopBar route={route} />
        <Banners />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Page route={route} />
      </main>
    </>
  )
}
