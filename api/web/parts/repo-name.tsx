import { Fragment } from 'preact'

/** A repository, which may go on in the next line behind its slash rather than amid a word. */
export const RepoName = ({ repo }: { readonly repo: string }) => (
  <>
    {repo.split('/').map((part, at) => (
      <Fragment key={part}>
        {at > 0 && (
          <>
            /<wbr />
          </>
        )}
        {part}
      </Fragment>
    ))}
  </>
)
