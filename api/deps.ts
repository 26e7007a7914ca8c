/** What the API asks of whoever runs it: the same for every runtime. */

import type { Awaitable, LogRecord, PartitionedLog, ViewStore } from '../runtime/ports.ts'
import type { ServedModels } from '../runtime/models/serving.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { IncidentCommand } from '../schemas/events.ts'
import type { TopicName } from '../schemas/topics.ts'

/** Cheap, asked with every answer. */
export interface PipelineTime {
  /** Pipeline time reached, in milliseconds since the epoch; 0 before the first record. */
  readonly now: number
  /** How far that is behind what the pipeline has been offered, in milliseconds. */
  readonly lagMs: number
  /** True where that is more than a reader should take for the present. */
  readonly isStale?: boolean
  /** Why nothing can be answered from the read models now; missing where it can. */
  readonly outage?: string | undefined
}
export interface SourceStatus {
  readonly name: string
  readonly state: 'running' | 'ended' | 'failed'
  readonly isSimulated: boolean
  /** How far it has been heard, in the source's own count. */
  readonly cursor: number
  /** What a reader should know, such as why it failed. */
  readonly detail: string | null
}
interface StageStatus {
  readonly name: string
  readonly inputs: readonly TopicName[]
  readonly outputs: readonly TopicName[]
}
interface PipelineStatus {
  readonly isReady: boolean
  readonly storeBytes: number
  readonly sources: readonly SourceStatus[]
  readonly stages: readonly StageStatus[]
}

/** A delivery of a webhook as it was sent. */
export interface IngestDelivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}
export interface IngestResult {
  readonly result: 'taken' | 'repeated' | 'ignored' | 'refused'
  readonly records: number
}

export type Role = 'read' | 'operate'
export interface AccessToken {
  readonly name: string
  readonly role: Role
  /** SHA-256 of the token, in hex: the token itself is kept nowhere. */
  readonly sha256: string
  /** When it ends, in milliseconds since the epoch; null: never. */
  readonly until: number | null
}
/** Who may ask what, how often, and from which pages. */
export interface Access {
  readonly tokens: readonly AccessToken[]
  readonly perMinute: number
  /** Origins of other pages that may read answers. */
  readonly origins: readonly string[]
  /** The wall clock, in milliseconds. */
  readonly now: () => number
}

export interface ApiDeps {
  /** Missing: everybody may read, as often as they like. */
  readonly access?: Access | undefined
  /** Puts a command where it is not lost; false where one of its id is there. Missing where none are taken. */
  readonly command?: ((command: IncidentCommand) => Awaitable<boolean>) | undefined
  readonly views: ViewStore
  /** True where other processes write the views: a commit heard of here may not be in them yet. */
  readonly areViewsRemote?: boolean
  readonly log: PartitionedLog
  readonly metrics: Metrics
  readonly time: () => PipelineTime
  readonly status: () => PipelineStatus
  /** Calls the listener with what each commit published. Returns the way to stop it. */
  readonly onCommit: (listener: (published: readonly LogRecord[]) => void) => () => void
  /** Takes deliveries of webhooks; resolves when the log has them. Missing where none are taken. */
  readonly ingest?: ((delivery: IngestDelivery) => Promise<IngestResult>) | undefined
  /** Trained models that may be asked; missing where none are served. */
  readonly models?: ServedModels | undefined
  /** Folder of the built page. */
  readonly webFolder: string
}
