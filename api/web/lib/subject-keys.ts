/** Keys of KPI records as the address bar holds them: dimension, subject and window. */

import { key, keyParts } from '../../../schemas/keys.ts'
import type { Subject } from './routes.ts'

export interface Chosen extends Subject {
  readonly window: string
}
/** Example: a job over 7 days is `job:prow%3Ao/r%3Aunit:7d`. */
export const chosenKey = ({ dimension, subject, window }: Chosen): string =>
  key(dimension, subject, window)

/** Inverse of {@link chosenKey}; null where the text is none. */
export const chosenOf = (text: string | null): Chosen | null => {
  const [dimension, subject, window, ...more] = keyParts(text ?? '')
  if (dimension === undefined || subject === undefined || window === undefined) return null
  return more.length > 0 ? null : { dimension, subject, window }
}

/** A subject for people. Example: `prow · o/r · unit`. */
export const subjectText = (subject: string): string => keyParts(subject).join(' · ')
