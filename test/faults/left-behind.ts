import { type FaultWorld, keyPrefix } from './fault-world.ts';

const queues = ['dial', 'results', 'deliveries'] as const;
/** Sorted sets that have members only while something is in progress. */
const inFlight = /:(due|open:.*|cancel-requested|permits:.*|slots-in-use:.*|undelivered|dead:.*)$/;
/** Records of an ended call, which last as long as the retention. */
const record = /^[^:]+:(call|attempt|cdr|delivery|idempotency|reservation):/;

/** Everything of a call that is still in Redis after its end and should not be, or that would stay for ever. */
export async function leftBehind({ books }: FaultWorld, { breaksRedis = false }): Promise<string[]> {
  const found: string[] = [];
  for (const key of await books.keys(`${keyPrefix}:*`)) {
    if (/:(dial|results|deliveries):[^:]+:lock$/.test(key)) found.push(`lock ${key}`);
    else if (/:grant:/.test(key) && (await books.hexists(key, 'slot')) === 1) found.push(`grant ${key}`);
    else if (record.test(key) && (await books.ttl(key)) < 0) found.push(`without an expiry: ${key}`);
    else if (inFlight.test(key))
      found.push(...(await books.zrange(key, '0', '-1')).map((member) => `${key} ${member}`));
  }
  for (const queue of queues) {
    const jobs = (name: string, ids: readonly string[]) => found.push(...ids.map((id) => `${queue}:${name} ${id}`));
    const key = (name: string) => `${keyPrefix}:${queue}:${name}`;
    for (const list of ['wait', 'active', 'paused']) jobs(list, await books.lrange(key(list), '0', '-1'));
    jobs('stalled', await books.smembers(key('stalled')));
    const failedIsHistory = breaksRedis && queue === 'dial';
    for (const set of ['delayed', 'prioritized', ...(failedIsHistory ? [] : ['failed'])])
      jobs(set, await books.zrange(key(set), '0', '-1'));
  }
  return found;
}
