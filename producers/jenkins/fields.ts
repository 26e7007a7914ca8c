/** Fields of Jenkins' payloads that are known, read or not. */

const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/))

export const BUILD_FIELDS = fields(
  `_class actions building changeSet changeSets description displayName duration estimatedDuration executor
  fullDisplayName id inProgress keepLog nextBuild number previousBuild queueId result startTimeInMillis timestamp
  url builtOn culprits artifacts fingerprint`,
)

export const STAGE_FIELDS = fields(
  `_links id name execNode status error startTimeMillis durationMillis pauseDurationMillis stageFlowNodes
  parameterDescription parentNodes`,
)
