import type { Result } from '@redial/call';
import type { Durability } from './durability-store.ts';

/**
 * How durable a write must be: before an acceptance is answered, before the Originate of a claim, and before a CDR goes
 * to a sink.
 */
export interface DurabilityPolicy {
  /**
   * REDIAL_DURABILITY. `fsync`: the write is on the primary's disk. `everysec`: Redis syncs by itself, and Redial does
   * not wait for it. `none`: Redis may lose the write.
   */
  readonly disk: 'fsync' | 'everysec' | 'none';
  /** REDIAL_REPLICAS: so many replicas have received the write, in memory. 0: Redial does not wait for replicas. */
  readonly replicas: number;
}

/** The first Redis version with WAITAOF. */
const waitAofSince: readonly [number, number] = [7, 2];

/** The missing condition, as a sentence for operators. Undefined where Redis satisfies the policy. Pure. */
export function durabilityFault({ disk, replicas }: DurabilityPolicy, found: Durability): string | undefined {
  return diskFault(disk, found) ?? replicasFault(replicas, found);
}

function diskFault(disk: DurabilityPolicy['disk'], found: Durability): string | undefined {
  if (disk === 'none') return undefined;
  const { appendonly, appendfsync, noAppendfsyncOnRewrite, maxmemoryPolicy, redisVersion } = found;
  const setting = `REDIAL_DURABILITY is ${disk}`;
  if (!appendonly) return `${setting}, but Redis has appendonly no: it forgets calls when it restarts`;
  if (appendfsync === 'no') return `${setting}, but Redis has appendfsync no: it is not known when a call is on disk`;
  if (noAppendfsyncOnRewrite === 'yes') {
    return `${setting}, but Redis has no-appendfsync-on-rewrite yes: while it rewrites its file it syncs nothing. Set no`;
  }
  if (maxmemoryPolicy !== 'noeviction' && maxmemoryPolicy !== 'unknown') {
    return `Redis has maxmemory-policy ${maxmemoryPolicy}: it may throw calls away. Set noeviction`;
  }
  if (disk === 'everysec') {
    // Only CONFIG shows how Redis syncs. Redial makes no promise that it cannot check.
    if (appendfsync !== 'unknown') return undefined;
    return `${setting}, but Redis does not say how it syncs (CONFIG GET is refused). Allow config|get, or set REDIAL_DURABILITY=fsync with Redis 7.2 or later, or none`;
  }
  if (appendfsync === 'always' || canSayWhatIsOnDisk(found)) return undefined;
  return `${setting}, but Redis ${redisVersion} has appendfsync ${appendfsync} and cannot say when a write is on disk. Set appendfsync always, or REDIAL_DURABILITY=everysec`;
}

function replicasFault(required: number, { replicas }: Durability): string | undefined {
  if (replicas >= required) return undefined;
  const following = replicas === 1 ? '1 replica keeps up' : `${replicas} replicas keep up`;
  return `REDIAL_REPLICAS is ${required}, but ${following} with Redis: what they lack a promotion would forget`;
}

function canSayWhatIsOnDisk({ redisVersion }: Pick<Durability, 'redisVersion'>): boolean {
  const [major = 0, minor = 0] = redisVersion.split('.').map(Number);
  return major > waitAofSince[0] || (major === waitAofSince[0] && minor >= waitAofSince[1]);
}

/** The promise that holds, for logs and `/readyz`, or what is missing for it. Pure. */
export function checkDurability(policy: DurabilityPolicy, found: Durability): Result<string, { fault: string }> {
  const fault = durabilityFault(policy, found);
  return fault === undefined ? { ok: true, value: durabilityPromise(policy, found) } : { ok: false, fault };
}

function durabilityPromise({ disk, replicas }: DurabilityPolicy, { appendfsync }: Durability): string {
  const on = replicas === 0 ? '' : ` and on ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
  const before = 'before its 202, every claim before its Originate, every end before its CDR goes out';
  if (disk === 'fsync') {
    const how = appendfsync === 'always' ? 'appendfsync always' : `appendfsync ${appendfsync}, WAITAOF`;
    return `every acceptance is on disk${on} ${before} (${how})`;
  }
  const risk =
    disk === 'everysec'
      ? 'a crash of Redis or its host may lose the last two seconds: accepted calls, and claims, so that a call is dialled twice'
      : 'nothing is promised: a crash of Redis may lose calls, and dial them twice';
  return replicas === 0 ? risk : `every acceptance is${on.replace(' and', '')} ${before}; without a promotion ${risk}`;
}
