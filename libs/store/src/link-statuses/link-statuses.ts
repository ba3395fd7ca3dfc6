import type { StoreContext } from '../store-context.ts';
import type { LinkStatus, LinkStatusStore } from './link-status-store.ts';

/** Processes report every few seconds. One that has been silent for so long is dead or cut off. */
const validMs = 15_000;

/** One hash, with a field for each process and PBX. Reading removes the fields of dead processes. */
export function linkStatusesOf({ redis, keys }: Pick<StoreContext, 'redis' | 'keys'>): LinkStatusStore {
  return {
    async reportLinkStatus(instanceId, report) {
      await redis.hset(keys.linkStatuses, `${report.pbx} ${report.process} ${instanceId}`, JSON.stringify(report));
    },
    async linkStatuses(now) {
      const fields = Object.entries(await redis.hgetall(keys.linkStatuses));
      const reports = fields.map(([field, text]) => ({ field, report: JSON.parse(text) as LinkStatus }));
      const silent = reports.filter(({ report }) => report.at < now - validMs).map(({ field }) => field);
      if (silent.length > 0) await redis.hdel(keys.linkStatuses, ...silent);
      return reports.filter(({ field }) => !silent.includes(field)).map(({ report }) => report);
    },
  };
}
