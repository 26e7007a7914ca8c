/** Security headers. The page may run what it brought itself, an answer may do nothing at all; neither may be framed. */

const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** The page of the API description writes styles into its elements. */
export const DOCS_POLICY = `${PAGE_POLICY}; style-src 'self' 'unsafe-inline'`

export const PAGE_SECURITY = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}
export const ANSWER_SECURITY = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
}
