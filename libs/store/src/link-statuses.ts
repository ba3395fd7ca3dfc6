import type { LinkStatus, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** A process reports every few seconds; one that has been silent for so long is dead or cut off, and says nothing any more. */
const believedMs = 15_000;

/** One hash, a field for each process and PBX; fields of dead processes are taken out by whoever reads, the sweeper at least. */
export function linkStatusesOf({ redis, keys }: StoreContext): Pick<Store, 'reportLinkStatus' | 'linkStatuses'> {
  return {
    async reportLinkStatus(instanceId, report) {
      await redis.hset(keys.linkStatuses, `${report.pbx} ${report.process} ${instanceId}`, JSON.stringify(report));
    },
    async linkStatuses(now) {
      const fields = Object.entries(await redis.hgetall(keys.linkStatuses));
      const reports = fields.map(([field, text]) => ({ field, report: JSON.parse(text) as LinkStatus }));
      const silent = reports.filter(({ report }) => report.at < now - believedMs).map(({ field }) => field);
      if (silent.length > 0) await redis.hdel(keys.linkStatuses, ...silent);
      return reports.filter(({ field }) => !silent.includes(field)).map(({ report }) => report);
    },
  };
}
