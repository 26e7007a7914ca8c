/** Where a run was heard; simulated ones stand out in every row. */
export const SourceTag = ({ source }: { readonly source: string }) =>
  source === 'demo' ? (
    <span class="tag simulated" title="Simulated: made up by the demo">
      demo
    </span>
  ) : (
    <>{source}</>
  )
