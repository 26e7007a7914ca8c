/** How long something is waited for: longer where the machine has much else to do, STOPLINE_CLUSTER_PATIENCE=1200 (seconds). */

const USUAL_MS = 240_000

/** Past it a test fails that waits for something. */
export const PATIENCE_MS =
  1_000 * Number(process.env['STOPLINE_CLUSTER_PATIENCE'] ?? USUAL_MS / 1_000)

/** What usually takes so long at most, for those who are more patient than usual. */
export const patiently = (ms: number): number => Math.ceil((ms * PATIENCE_MS) / USUAL_MS)

/** How long a test asks again for what usually holds within a second. */
export const PATIENCE = { timeout: 60_000 }
