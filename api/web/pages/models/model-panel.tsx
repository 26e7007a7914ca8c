import { useState } from 'preact/hooks'
import { useAnswer } from '../../data/use-answer.ts'
import type { ModelAnswer, ModelVersionAnswer } from '../../lib/answers.ts'
import { count } from '../../lib/format.ts'
import { WhenReady } from '../../parts/asked.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Panel } from '../../parts/panel.tsx'

/** One model: which version is in service, or why none is, and the card of the version chosen. */
export const ModelPanel = ({ model }: { readonly model: ModelAnswer }) => {
  const [chosen, choose] = useState(model.inService ?? model.versions.at(-1) ?? null)
  return (
    <Panel title={model.name} note={model.doc}>
      <Facts
        of={[
          ['In service', model.inService ?? 'none'],
          ['Why not', model.problem],
          ['Versions', model.versions.length === 0 ? 'none' : null],
        ]}
      />
      {chosen !== null && (
        <>
          <label class="small">
            Version{' '}
            <select
              aria-label={`Version of ${model.name}`}
              value={chosen}
              onChange={(event) => {
                choose(event.currentTarget.value)
              }}
            >
              {model.versions.map((version) => (
                <option key={version} value={version}>
                  {version}
                </option>
              ))}
            </select>
          </label>
          <Version name={model.name} version={chosen} />
        </>
      )}
    </Panel>
  )
}

const Version = ({ name, version }: { readonly name: string; readonly version: string }) => {
  const of = `version ${version} of ${name}`
  const path = `/v1/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
  return (
    <WhenReady asked={useAnswer<ModelVersionAnswer>(path)} what={of}>
      {({ card, features }) => (
        <>
          <details>
            <summary>Card of {of}</summary>
            <pre class="card" tabIndex={0} role="group" aria-label={`Card of ${of}`}>
              {card ?? 'Its training wrote no card.'}
            </pre>
          </details>
          <details>
            <summary>
              {count(features.length)} features of {of}
            </summary>
            <Facts of={features.map((feature) => [feature.name, feature.doc])} />
          </details>
        </>
      )}
    </WhenReady>
  )
}
