import type { Clock } from '@redial/platform';
import type { Durability, Store } from '@redial/store';

/** REDIAL_DURABILITY: what Redis must promise before a call is accepted. */
export type DurabilityAsked = 'fsync' | 'everysec' | 'none';

/** What is missing, in a sentence for operators; undefined where Redis keeps what is asked. */
export function durabilityFault(asked: DurabilityAsked, found: Durability): string | undefined {
  if (asked === 'none') return undefined;
  const { appendonly, appendfsync, maxmemoryPolicy, redisVersion } = found;
  if (!appendonly)
    return `REDIAL_DURABILITY is ${asked}, but Redis has appendonly no: it forgets calls when it restarts`;
  if (appendfsync === 'no')
    return `REDIAL_DURABILITY is ${asked}, but Redis has appendfsync no: nobody knows when a call is on disk`;
  if (maxmemoryPolicy !== 'noeviction' && maxmemoryPolicy !== 'unknown') {
    return `Redis has maxmemory-policy ${maxmemoryPolicy}: it may throw calls away. Set noeviction`;
  }
  if (asked === 'fsync' && appendfsync !== 'always' && !hasWaitAof(redisVersion)) {
    return `REDIAL_DURABILITY is fsync, but Redis ${redisVersion} has appendfsync ${appendfsync} and cannot say when a write is on disk. Set appendfsync always, or REDIAL_DURABILITY=everysec`;
  }
  return undefined;
}

/** WAITAOF exists since 7.2. */
function hasWaitAof(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 2);
}

export interface DurabilityGuard {
  /** Undefined while Redis keeps what is asked. Asks Redis at most every 10 s; rejects while it cannot be asked. */
  fault(): Promise<string | undefined>;
}

const believedMs = 10_000;

export function durabilityGuard(
  asked: DurabilityAsked,
  store: Pick<Store, 'durability'>,
  clock: Clock,
): DurabilityGuard {
  let believed: { readonly at: number; readonly fault: string | undefined } | undefined;
  return {
    async fault() {
      if (asked === 'none') return undefined;
      const now = clock.now();
      if (believed === undefined || Math.abs(now - believed.at) > believedMs) {
        believed = { at: now, fault: durabilityFault(asked, await store.durability()) };
      }
      return believed.fault;
    },
  };
}
