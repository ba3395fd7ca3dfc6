import type { PbxReport, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** A process reports every few seconds; one that has been silent for so long is dead or cut off, and says nothing any more. */
const believedMs = 15_000;

/** One hash, a field for each process and PBX; fields of dead processes are taken out by whoever reads, the sweeper at least. */
export function pbxReportsOf({ redis, keys }: StoreContext): Pick<Store, 'reportPbx' | 'pbxReports'> {
  return {
    async reportPbx(holder, report) {
      await redis.hset(keys.pbxReports, `${report.pbx} ${report.process} ${holder}`, JSON.stringify(report));
    },
    async pbxReports(now) {
      const fields = Object.entries(await redis.hgetall(keys.pbxReports));
      const reports = fields.map(([field, text]) => ({ field, report: JSON.parse(text) as PbxReport }));
      const silent = reports.filter(({ report }) => report.at < now - believedMs).map(({ field }) => field);
      if (silent.length > 0) await redis.hdel(keys.pbxReports, ...silent);
      return reports.filter(({ field }) => !silent.includes(field)).map(({ report }) => report);
    },
  };
}
