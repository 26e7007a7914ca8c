/** The bytes of a dead letter, which no answer for the page carries; elsewhere Node declares them. */
interface Buffer extends Uint8Array {
  readonly isNode: never
}
