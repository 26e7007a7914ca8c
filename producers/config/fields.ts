/** Fields of the configuration: each has a type with its limits, and a sentence for whoever writes it. */

interface Common {
  readonly doc: string
}
interface TextField extends Common {
  readonly type: 'text'
  readonly otherwise?: string
  /** What it must look like, whole. */
  readonly pattern?: RegExp
}
interface UrlField extends Common {
  readonly type: 'url'
  readonly otherwise?: string
}
interface NumberField extends Common {
  readonly type: 'number'
  readonly unit: string
  readonly range: readonly [low: number, high: number]
  readonly otherwise: number
}
/** Written as `15s`, `5m`, `2h` or `14d`; its value is in milliseconds. */
interface DurationField extends Common {
  readonly type: 'duration'
  readonly range: readonly [low: string, high: string]
  readonly otherwise: string
}
interface FlagField extends Common {
  readonly type: 'flag'
  readonly otherwise: boolean
}
interface ListField extends Common {
  readonly type: 'list'
  readonly pattern?: RegExp
  /** At least so many items. */
  readonly least?: number
}
/** Named by where it lies, `{ env: NAME }` or `{ file: PATH }`, never written into the file. */
interface SecretField extends Common {
  readonly type: 'secret'
}
export type Field =
  TextField | UrlField | NumberField | DurationField | FlagField | ListField | SecretField
export type FieldTable = Readonly<Record<string, Field>>

/** The value a field gives; texts, addresses and secrets without a value are null. */
type ValueOf<F extends Field> = F extends { type: 'number' | 'duration' }
  ? number
  : F extends { type: 'flag' }
    ? boolean
    : F extends { type: 'list' }
      ? readonly string[]
      : F extends { otherwise: string }
        ? string
        : string | null
export type ValuesOf<T extends FieldTable> = { readonly [N in keyof T]: ValueOf<T[N]> } & {
  readonly name: string
}
