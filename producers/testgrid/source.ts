/** TestGrid as a source: its row in the table of sources. */

import { sourceRow } from '../source.ts'
import {
  newTestgridCursor,
  pollTestgrid,
  type TestgridCursor,
  type TestgridConfig,
} from './poll.ts'

export const TESTGRID = sourceRow({
  doc: 'Runs and tests of the tabs of TestGrid: by its REST interface where there is one, by its page otherwise.',
  fields: {
    page: { type: 'url', doc: 'Address of the page.', otherwise: 'https://testgrid.k8s.io' },
    rest: { type: 'url', doc: 'Address of the REST interface up to `/v1`; it is asked first.' },
    scope: {
      type: 'text',
      doc: 'Bucket with the configuration that the REST interface shall use, as in `gs://bucket`.',
    },
    dashboards: { type: 'list', doc: 'Dashboards to read.' },
    groups: {
      type: 'list',
      doc: 'Groups whose dashboards are read too; the REST interface knows them.',
    },
    every: {
      type: 'duration',
      doc: 'Time from one look at the summaries to the next.',
      range: ['1s', '1h'],
      otherwise: '1m',
    },
    tabs: {
      type: 'number',
      unit: 'tabs',
      doc: 'Tabs read in one round at most, those read longest ago first.',
      range: [1, 10_000],
      otherwise: 50,
    },
    horizon: {
      type: 'duration',
      doc: 'Columns that started longer ago are left out.',
      range: ['1h', '90d'],
      otherwise: '13d',
    },
  },
  open: (values) => {
    const config: TestgridConfig = {
      source: values.name,
      page: values.page,
      rest: values.rest,
      scope: values.scope,
      dashboards: values.dashboards,
      groups: values.groups,
      roundTabs: values.tabs,
      horizonMs: values.horizon,
    }
    return {
      name: values.name,
      addresses: values.rest === null ? [values.page] : [values.page, values.rest],
      everyMs: values.every,
      newCursor: newTestgridCursor,
      poll: (get, cursor: TestgridCursor, now) => pollTestgrid(get, cursor, config, now),
    }
  },
})
