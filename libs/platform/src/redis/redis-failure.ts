/**
 * Redis' refusals that are its state, or its set-up, and no mistake of the command:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const refusals = [
  ...['LOADING', 'OOM', 'MISCONF', 'READONLY', 'MASTERDOWN', 'NOREPLICAS', 'BUSY', 'UNKILLABLE', 'UNBLOCKED'],
  ...['CLUSTERDOWN', 'MOVED', 'ASK', 'TRYAGAIN'],
  ...['NOAUTH', 'WRONGPASS', 'NOPERM'],
  'ERR max number of clients',
];
/** Redis before 7 puts a refusal that a script met into a sentence of its own, behind a minus. */
const refusal = new RegExp(`^(?:${refusals.join('|')})\\b|-(?:${refusals.join('|')})\\b`);

/** Errors of ioredis: those with a name of their own, and those with a sentence alone. */
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
 * Whether Redis could not be asked, did not answer, or refused for a reason of its own. An allow-list: everything else that a store
 * rejects with is a mistake in our code, and trying again would not help.
 */
export function isRedisFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return refusal.test(error.message);
  // Node's own, of a connection.
  if ('syscall' in error && 'code' in error) return true;
  return names.includes(error.name) || sentences.some((sentence) => sentence.test(error.message));
}
