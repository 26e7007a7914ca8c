/** THE error table: what an answer may say went wrong (RFC 9457). `docs/errors.md` lists the same rows; a test compares both. */

export interface ErrorRow {
  readonly status: number
  readonly title: string
  /** What whoever reads it should do next. */
  readonly remedy: string
}

export const ERRORS = {
  'not-found': {
    status: 404,
    title: 'There is nothing under this address',
    remedy: 'Check each part of the path; parts are percent-encoded, `/` in a repository is `%2F`.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'A parameter has a value it cannot have',
    remedy: 'Read the detail, which names the parameter and what it takes; /docs lists them all.',
  },
  'unknown-parameter': {
    status: 400,
    title: 'A query parameter is not known here',
    remedy:
      'Remove or correct it: it would have been ignored, and the answer wrong without a word.',
  },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor is not one of this list',
    remedy: 'Pass `next` of the answer before, unchanged, or start without a cursor.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    remedy:
      'Send at most 64 kB; deliveries of webhooks at most 5 MB, rows for a model at most 8 MB.',
  },
  'address-too-long': {
    status: 414,
    title: 'The address is too long',
    remedy: 'Keep path and query within 4,096 characters.',
  },
  'bad-request': {
    status: 400,
    title: 'The request cannot be understood',
    remedy: 'Read the detail; /docs shows what each route takes.',
  },
  unauthorised: {
    status: 401,
    title: 'A token is needed',
    remedy:
      'Send a token that is configured here and has not ended: Authorization: Bearer TOKEN (docs/config.md, access).',
  },
  forbidden: {
    status: 403,
    title: 'The token may not do this',
    remedy: 'Ask with a token of the role operate.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait as long as Retry-After says; the stream tells of changes without asking.',
  },
  'repeated-request': {
    status: 409,
    title: 'The request was taken before',
    remedy: 'Nothing: it was done. Another one needs a new idempotency-key.',
  },
  'bad-signature': {
    status: 401,
    title: 'The delivery is not signed with the secret that is configured',
    remedy: 'Configure the same secret at the source and here (webhook_secret, docs/sources.md).',
  },
  'bad-delivery': {
    status: 400,
    title: 'The body is no delivery of a webhook',
    remedy: 'Set the content type application/json, and leave body and headers as they were sent.',
  },
  'not-ready': {
    status: 503,
    title: 'The pipeline does not run yet',
    remedy: 'Ask again in a few seconds; /v1/pipeline says what it waits for.',
  },
  'not-feeding': {
    status: 503,
    title: 'Another producer takes deliveries now',
    remedy: 'Deliver to the producer whose /readyz answers 200: one feeds at a time.',
  },
  'views-behind': {
    status: 503,
    title: 'The read models are too far behind to be shown as the present',
    remedy:
      'Ask again later. Whoever runs it: the detail says what does not keep up, docs/operations.md what to do.',
  },
  'views-unreachable': {
    status: 503,
    title: 'The store of the read models does not answer',
    remedy: 'Ask again in a few seconds. Whoever runs it: look at Redis and the way to it.',
  },
  'log-unreachable': {
    status: 503,
    title: 'The log does not answer',
    remedy:
      'Ask again under the same idempotency-key: it counts once. Whoever runs it: look at Kafka and the way to it.',
  },
  'model-unavailable': {
    status: 503,
    title: 'The model cannot be used',
    remedy: 'Read the detail; `stopline models` lists versions and puts another into service.',
  },
  'too-many-streams': {
    status: 503,
    title: 'Too many streams are open',
    remedy: 'Close one, or ask again later; answers of other routes carry the same data.',
  },
  'page-not-built': {
    status: 503,
    title: 'The page has not been built',
    remedy: 'Run `npm run build:web`, then load the page again. The API works without it.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    remedy: 'Ask again; if it stays, report the address together with the line in the log.',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** An error whose code is in the table; the message is the detail for whoever asked. */
export class CodedError extends Error {
  override name = 'CodedError'
  readonly code: ErrorCode
  constructor(code: ErrorCode, detail: string, cause?: unknown) {
    super(detail, { cause })
    this.code = code
  }
}
