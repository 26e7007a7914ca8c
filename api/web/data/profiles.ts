/** Profiles of jobs for the rows of running runs: each asked once, when a row comes into sight, and again after a while. */

import { useEffect, useState } from 'preact/hooks'
import type { JobProfile, JobRef } from '../../../schemas/events.ts'
import { jobKey } from '../../../schemas/keys.ts'
import type { JobAnswer } from '../lib/answers.ts'
import { jobApi } from '../lib/routes.ts'
import { ask } from './ask.ts'

const FRESH_MS = 300_000
const cache = new Map<
  string,
  { readonly askedAt: number; readonly answer: Promise<JobProfile | null> }
>()

const profileOf = (job: JobRef): Promise<JobProfile | null> => {
  const key = jobKey(job)
  const cached = cache.get(key)
  if (cached !== undefined && Date.now() - cached.askedAt < FRESH_MS) return cached.answer
  const answer = ask<JobAnswer>(jobApi(job)).then(
    ({ data }) => data.profile,
    () => null,
  )
  cache.set(key, { askedAt: Date.now(), answer })
  return answer
}

/** The job's profile: undefined until it is there, null where there is none. */
export const useProfile = (job: JobRef, isWanted: boolean): JobProfile | null | undefined => {
  const [profile, setProfile] = useState<JobProfile | null>()
  const key = jobKey(job)
  useEffect(() => {
    if (!isWanted) return undefined
    let isCurrent = true
    void profileOf(job).then((found) => {
      if (isCurrent) setProfile(found)
    })
    return () => {
      isCurrent = false
    }
    // The key names the job; the object is another one at each event.
  }, [key, isWanted])
  return profile
}
