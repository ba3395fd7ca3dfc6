/**
 * Refusals that come from the state or the set-up of Redis and not from a mistake in the command:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const refusals = [
  ...['LOADING', 'OOM', 'MISCONF', 'READONLY', 'MASTERDOWN', 'NOREPLICAS', 'BUSY', 'UNKILLABLE', 'UNBLOCKED'],
  ...['CLUSTERDOWN', 'MOVED', 'ASK', 'TRYAGAIN'],
  ...['NOAUTH', 'WRONGPASS', 'NOPERM'],
  'ERR max number of clients',
];
/** Redis before 7 puts the refusal that a script met into another sentence, after a minus. */
const refusal = new RegExp(`^(?:${refusals.join('|')})\\b|-(?:${refusals.join('|')})\\b`);

/** Errors of ioredis: those with their own name, and those that only a sentence identifies. */
const names = ['MaxRetriesPerRequestError', 'AbortError', 'InterruptError', 'ParserError', 'ClusterAllFailedError'];
const sentences = [
  /^Connection is closed\.$/,
  /^Stream isn't writeable/,
  /^Command timed out$/,
  /^Socket timeout\./,
  /^connect ETIMEDOUT$/,
  /^Cluster isn't ready/,
  /^Cluster is disconnect/,
  /^None of startup nodes is available$/,
  /^Node is disconnected$/,
];

/**
 * Whether Redis was not reachable, did not reply, or refused for a reason of its own. This is an allow-list: every
 * other error of a store is a mistake in our code, and a retry would not help.
 */
export function isRedisFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return refusal.test(error.message);
  // Node's own errors of a connection.
  if ('syscall' in error && 'code' in error) return true;
  return names.includes(error.name) || sentences.some((sentence) => sentence.test(error.message));
}
