/**
 * What the dashboard's buttons may do. Looking; Retry and Promote, which only make a job run: what it then does is decided by
 * the call's record, the gates and the claim. Resuming a queue that somebody paused by other means.
 *
 * Pausing one is refused: it stops every tenant at once. To stop dialling there is a tenant's `paused`, which every call tells.
 *
 * Everything else changes what jobs say or throws them away: a made-up `results` job would settle an attempt that is still
 * ringing, and the retry would ring a second time.
 */
const actions = /\/(retry(\/:queueStatus)?|promote|resume)$/;

/** `route` is Bull Board's pattern, such as `/api/queues/:queueName/:jobId/retry`. */
export function isAllowed(method: string, route: string): boolean {
  return method.toLowerCase() === 'get' || (method.toLowerCase() === 'put' && actions.test(route));
}
