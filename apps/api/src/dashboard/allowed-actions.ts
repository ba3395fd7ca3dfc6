/**
 * What the dashboard's buttons may do. Reading. Retry and Promote, which only make a job run: the call's record, the
 * gates and the claim decide what it does. Resuming a queue that was paused by other means.
 *
 * Pausing a queue is refused: it stops every tenant at once. A tenant's `paused` stops its dialling, and every call
 * shows it.
 *
 * Everything else changes or deletes jobs. An invented `results` job would settle an attempt that is still ringing,
 * and the retry would ring a second time.
 */
const actions = /\/(retry(\/:queueStatus)?|promote|resume)$/;

/** `route` is Bull Board's pattern, such as `/api/queues/:queueName/:jobId/retry`. */
export function isAllowed(method: string, route: string): boolean {
  return method.toLowerCase() === 'get' || (method.toLowerCase() === 'put' && actions.test(route));
}
