import type { JobRef } from '../../../../schemas/events.ts'
import { jobKey } from '../../../../schemas/keys.ts'
import type { RunMark } from '../../../../schemas/views.ts'
import { PassStrip } from '../../charts/pass-strip.tsx'
import { useAnswer } from '../../data/use-answer.ts'
import type { JobAnswer, RunAnswer } from '../../lib/answers.ts'
import { jobApi, query } from '../../lib/routes.ts'
import { Message, WhenReady } from '../../parts/asked.tsx'
import { KpiTiles } from '../../parts/kpi-tiles.tsx'
import { OutcomeKey } from '../../parts/outcome-key.tsx'
import { Panel } from '../../parts/panel.tsx'
import { DensityPlot } from './density-plot.tsx'
import { DurationsPlot } from './durations-plot.tsx'
import { JobHead } from './job-head.tsx'
import { SurvivalPlot } from './survival-plot.tsx'

/** One job: how its runs went, how long they last, what is said of those that run. */
export const JobPage = ({ job }: { readonly job: JobRef }) => {
  const runs = useAnswer<readonly RunMark[]>(jobApi(job, '/runs?limit=300'), {
    on: ['run'],
    everyMs: 4000,
  })
  const known = useAnswer<JobAnswer>(jobApi(job), { on: ['score'], everyMs: 8000 })
  const running = useAnswer<readonly RunAnswer[]>(
    `/v1/runs${query({ state: 'running', ...job, limit: 100 })}`,
    { on: ['forecast', 'score'], everyMs: 4000 },
  )
  const open = running.state === 'ready' ? running.data : []
  return (
    <>
      <JobHead
        job={job}
        profile={known.state === 'ready' ? known.data.profile : null}
        running={open}
      />
      <Panel title="Runs" note="newest right; colour and shape tell the outcome">
        <WhenReady asked={runs} what="the runs of this job">
          {(marks) =>
            marks.length === 0 ? (
              <Message title="No run of this job was heard of" />
            ) : (
              <>
                <PassStrip job={job} runs={[...marks].reverse()} />
                <OutcomeKey runs={marks} />
              </>
            )
          }
        </WhenReady>
      </Panel>
      <KpiTiles dimension="job" subject={jobKey(job)} />
      <div class="columns">
        <Panel title="Durations by outcome" note="each finished run, by its start">
          <WhenReady asked={runs} what="the runs of this job">
            {(marks) => <DurationsPlot job={job} runs={marks} />}
          </WhenReady>
        </Panel>
        <Panel title="Survival by outcome" note="share of runs that last longer">
          <WhenReady asked={known} what="the curves of this job">
            {({ profile }) =>
              profile === null ? <NoEnds /> : <SurvivalPlot profile={profile} running={open} />
            }
          </WhenReady>
        </Panel>
        <Panel title="Density baseline" note="fitted densities, weighted by the failure rate">
          <WhenReady asked={known} what="the densities of this job">
            {({ profile }) => (profile === null ? <NoEnds /> : <DensityPlot profile={profile} />)}
          </WhenReady>
        </Panel>
      </div>
    </>
  )
}

const NoEnds = () => (
  <Message title="No run has ended yet">Curves follow from the first end of a run on.</Message>
)
