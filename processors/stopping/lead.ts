/** How right a model was beside the plain formula: what decides whether a job listens to it. Pure. */

/** Decayed log likelihood of the model minus that of the formula, over decayed runs, of one version of the model. */
export interface Lead {
  readonly model: string
  readonly runs: number
  readonly nats: number
}
export const NO_LEAD: Lead = { model: '', runs: 0, nats: 0 }

/** Runs of one push fail together: each tells half of what an independent one would. */
const RUN_WEIGHT = 0.5
/** A job looks back some 50 runs, a community some 500. */
export const JOB_FORGET = 0.98
export const COMMUNITY_FORGET = 0.998
/** What the community found counts as so many runs of the job, once it has seen as many of its own. */
const LEAN_RUNS = 200
const COMMUNITY_LEAST = 50
/** From so many runs on a job that the model does not suit is left alone, whatever its community says. */
const OWN_LEAST = 10
/** Less evidence than this, in nats, is none. */
const LEAST_EVIDENCE = 0.05

/**
 * The lead after one more run, of which the model knew `nats` more than the formula; another version starts afresh.
 * Example: no runs, then one run of which it knew .4 nats more: { runs: 1, nats: .2 }.
 */
export const leadAfter = (lead: Lead, model: string, nats: number, forget: number): Lead => {
  const known = lead.model === model ? lead : NO_LEAD
  return { model, runs: known.runs * forget + 1, nats: known.nats * forget + RUN_WEIGHT * nats }
}

/**
 * The share of the model in a forecast of the job: none until it has done better than the formula, then tanh(evidence / 2),
 * which is how much likelier it is to be right than wrong. The evidence is the job's own lead and what its community found,
 * as if the job had shown 200 such runs.
 * Example: a job without runs, in a community where 100 runs gave .5 nats: evidence 1, share .46.
 */
export const shareOf = (own: Lead, pooled: Lead, model: string): number => {
  const [job, community] = [own, pooled].map((lead) => (lead.model === model ? lead : NO_LEAD))
  if (job === undefined || community === undefined) return 0
  if (job.runs >= OWN_LEAST && job.nats <= 0) return 0
  const perRun = community.nats / Math.max(COMMUNITY_LEAST, community.runs)
  const evidence = job.nats + LEAN_RUNS * perRun
  return evidence < LEAST_EVIDENCE ? 0 : Math.tanh(evidence / 2)
}
