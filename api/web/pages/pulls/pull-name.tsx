import type { MergeForecast } from '../../../../schemas/events.ts'
import { pullPath } from '../../lib/routes.ts'
import { RepoName } from '../../parts/repo-name.tsx'
import { SourceTag } from '../../parts/source-tag.tsx'

/** Number and title of a pull request, and whose it is. */
export const PullName = ({ of }: { readonly of: MergeForecast }) => (
  <>
    <a class="strong" href={pullPath(of)}>
      #{of.pull} {of.title}
    </a>
    <p class="small quiet">
      <SourceTag source={of.source} /> <RepoName repo={of.repo} />
      {of.author !== null && <> · {of.author}</>}
    </p>
  </>
)
