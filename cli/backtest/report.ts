/** Writes the report of a back-test into a folder: report.html, report.md and plots/*.svg. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobProfile } from '../../schemas/events.ts'
import { jobKey } from '../../schemas/keys.ts'
import type { BacktestMeasures } from './measures.ts'
import { recallCurve } from './what-if.ts'
import { abstentionText, cautions, changeText, summary } from './notes.ts'
import { whyNoDensity } from './report/density-plot.ts'
import { jobPlots } from './report/job-plots.ts'
import { htmlOf, markdownOf } from './report/page.ts'
import type { Report, Section } from './report/page.ts'
import { costPlot } from './report/cost-plot.ts'
import { precisionPlot } from './report/precision-plot.ts'
import { reliabilityPlot } from './report/reliability-plot.ts'
import { remainingPlot } from './report/remaining-plot.ts'
import { savingsPlot } from './report/savings-plot.ts'
import { skillPlot } from './report/skill-plot.ts'
import { PLOT_STYLE } from './report/style.ts'
import { svgOf } from './report/svg.ts'
import {
  actedTables,
  forecastTable,
  jobNames,
  jobTable,
  remainingTable,
  stopTable,
  thresholdTable,
  worthTable,
} from './tables.ts'

const JOBS_IN_TABLE = 50
const JOBS_WITH_PLOTS = 12

export interface ReportInput {
  /** What was back-tested, such as the name of the folder. */
  readonly name: string
  readonly measures: BacktestMeasures
  /** Profiles as they were at the end, by job key. */
  readonly profiles: ReadonlyMap<string, JobProfile>
}

/** Puts the report together; nothing in it depends on the clock. */
const reportOf = ({ name, measures, profiles }: ReportInput): Report => {
  const { total, abstainingJobs, jobs } = measures
  const scored = total.counts.failing + total.counts.passing
  const acted = actedTables(measures)
  const texts = [abstentionText(measures), changeText(measures)].filter((text) => text !== null)
  return {
    title: `Back-test of ${name}`,
    summary: summary(measures),
    cautions: cautions(measures),
    sections: [
      {
        heading: 'What stopping would have been worth',
        tables: [worthTable(total), stopTable(total)],
        plots: [
          savingsPlot(total.rules),
          precisionPlot(
            total.rules,
            scored === 0 ? null : total.counts.failing / scored,
            recallCurve(measures.costCurves, total.counts),
          ),
        ],
        texts,
      },
      ...(acted.length === 0
        ? []
        : [{ heading: 'If stops were acted on', tables: acted, plots: [], texts: [] }]),
      {
        heading: 'What other policies would have been worth',
        tables: [thresholdTable(measures)],
        plots: [costPlot(measures)],
        texts: [
          'History replayed over the forecasts stored at the checkpoints. Nothing here asks whether a stop was permitted, so it is no promise: a threshold chosen from it is chosen in hindsight.',
        ],
      },
      {
        heading: 'How good the forecasts were',
        tables: [forecastTable(total), remainingTable(total)],
        plots: [
          reliabilityPlot(total.checkpoints),
          skillPlot(total.checkpoints),
          remainingPlot(total.checkpoints),
        ],
        texts: [],
      },
      {
        heading: 'Jobs',
        tables: [jobTable(measures, JOBS_IN_TABLE)],
        plots: [],
        texts: [
          ...(abstainingJobs === jobs.length ? ['Our rule stopped no run of these jobs.'] : []),
          'Curves are as known at the end of the back-test; during it each forecast saw only its own past.',
        ],
      },
      ...jobSections(measures, profiles),
    ],
  }
}

const jobSections = (
  { jobs }: BacktestMeasures,
  profiles: ReadonlyMap<string, JobProfile>,
): Section[] => {
  const nameOf = jobNames(jobs)
  return jobs
    .flatMap((job) => {
      const profile = profiles.get(jobKey(job))
      return profile === undefined ? [] : [{ profile, counts: job.counts }]
    })
    .slice(0, JOBS_WITH_PLOTS)
    .map(({ profile, counts }, i) => ({
      heading: nameOf(profile),
      tables: [],
      plots: jobPlots(profile, `job-${i + 1}`),
      texts: profile.density === null ? [whyNoDensity(counts)] : [],
    }))
}

/** Writes the report; gives the path of the page. Folders are made, files of an earlier report replaced. */
export const writeReport = async (folder: string, input: ReportInput): Promise<string> => {
  const report = reportOf(input)
  const plots = join(folder, 'plots')
  await mkdir(plots, { recursive: true })
  for (const plot of report.sections.flatMap((section) => section.plots))
    await writeFile(join(plots, `${plot.id}.svg`), svgOf(plot, PLOT_STYLE))
  await writeFile(
    join(folder, 'report.md'),
    markdownOf(report, ({ id }) => `plots/${id}.svg`),
  )
  const page = join(folder, 'report.html')
  await writeFile(page, htmlOf(report))
  return page
}
