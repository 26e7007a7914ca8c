import type { DeadLetterRow } from '../../../../schemas/views.ts'
import { status } from '../../data/status.ts'
import { useStore } from '../../data/store.ts'
import { useAnswer } from '../../data/use-answer.ts'
import type { Pipeline } from '../../lib/answers.ts'
import { bytes, count, duration } from '../../lib/format.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Tile } from '../../parts/tile.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { Sources, Stages, Topics } from './tables.tsx'

/** Ends of topics on Kafka count more than records. */
const WITH_MARKS = ', marks of commits too'

/** How the pipeline itself is doing. */
export const PipelinePage = () => {
  const pipeline = useAnswer<Pipeline>('/v1/pipeline', { on: ['tick'], everyMs: 2000 })
  const letters = useAnswer<readonly DeadLetterRow[]>('/v1/dead-letters?limit=100', {
    on: ['tick'],
    everyMs: 10_000,
  })
  return (
    <>
      <h1>Pipeline</h1>
      <WhenReady asked={pipeline} what="the state of the pipeline">
        {(data) => (
          <>
            <Figures pipeline={data} />
            <div class="columns">
              <Panel title="Sources" isFlush note="what is heard">
                <Sources sources={data.sources} />
              </Panel>
              <Panel
                title="Stages"
                isFlush
                note={`records a second, over the last minute${data.hasCommitMarks ? WITH_MARKS : ''}`}
              >
                <Stages stages={data.stages} />
              </Panel>
            </div>
            <Panel title="Topics" isFlush note="what is said; anyone may subscribe">
              <Topics {...data} />
            </Panel>
          </>
        )}
      </WhenReady>
      <Panel title="Dead letters" isFlush note="what could never succeed; the rest went on">
        <WhenReady asked={letters} what="the dead letters">
          {(rows) => <DeadLetters letters={rows} />}
        </WhenReady>
      </Panel>
    </>
  )
}

const Figures = ({ pipeline }: { readonly pipeline: Pipeline }) => {
  const lagMs = useStore(status)?.lagMs
  const marks = pipeline.hasCommitMarks ? WITH_MARKS : ''
  const events = pipeline.topics.find(({ topic }) => topic === 'ci.run-events.v1')
  return (
    <dl class="tiles head">
      <Tile
        name="State"
        value={pipeline.isReady ? 'Ready' : 'Starting'}
        under={pipeline.isReady ? 'hears, concludes, answers' : 'restores its state'}
      />
      <Tile
        name="Lag"
        value={lagMs === undefined ? '—' : duration(lagMs / 1000)}
        under="behind what was heard"
      />
      <Tile
        name="Run events"
        value={`${count(events?.perSecond)} /s`}
        under={`${count(events?.endOffset)} in all${marks}`}
      />
      <Tile
        name="Records"
        value={`${count(pipeline.topics.reduce((sum, { perSecond }) => sum + perSecond, 0))} /s`}
        under={`of all topics together${marks}`}
      />
      <Tile
        name="Dead letters"
        value={count(pipeline.deadLetters)}
        under="kept, the newest below"
      />
      <Tile name="Store" value={bytes(pipeline.storeBytes)} under="on disk" />
    </dl>
  )
}
