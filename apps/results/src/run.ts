import { createPbx } from '@redial/asterisk';
import { observed } from '@redial/configuration';
import { notifications, vendorsInFiles } from '@redial/dialects';
import { connectRedisOfAnyKey, createIds } from '@redial/platform';
import { createHealth, linkChecks, startProcess } from '@redial/process';
import { createSinks } from '@redial/sinks';
import { startResults } from './results.ts';

/** The results process. */
await startProcess({
  name: 'results',
  dialects: vendorsInFiles,
  redis: 'required',
  notDurable: 'no CDR will go to a sink',
  opsServer: true,
  async run(ports) {
    const { configuration, settings, checks } = ports;
    const pbxs = configuration.pbxs.map((pbx) => createPbx(observed(pbx)));
    const sinksRedis = connectRedisOfAnyKey({ url: settings.redisUrl });
    const results = await startResults({
      ...ports,
      pbxs,
      workers: ports.workers(),
      sinks: createSinks({ tenants: configuration.tenants, redis: sinksRedis, formats: notifications }),
      ids: createIds(),
      concurrency: settings.resultsConcurrency,
      sweepEveryMs: settings.sweepSeconds * 1_000,
    });
    return {
      health: createHealth([...checks, ...linkChecks(pbxs)]),
      async drain(graceMs) {
        await results.drain(graceMs);
        sinksRedis.disconnect();
      },
    };
  },
});
