import type { TestTab } from '../../../../schemas/events.ts'
import { count } from '../../lib/format.ts'

/** The tab in one line, as TestGrid would say it. */
export const TabHead = ({ tab }: { readonly tab: TestTab }) => (
  <p class="quiet">
    <b>{tab.status}</b> · {count(tab.recentPassed)} of {count(tab.recent)} recent runs passed
    altogether · <b>{count(tab.failing)}</b> of {count(tab.tests)} tests fail · {count(tab.fresh)}{' '}
    new, {count(tab.persistent)} still, {count(tab.fixed)} fixed in the newest run
    {tab.installFlake && ' · hardly any test ran in the two newest runs'}
    {tab.failuresOnly && ' · the source names failing tests only'}
  </p>
)
