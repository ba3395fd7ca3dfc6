import { createPbx, examinePbx } from '@redial/asterisk';
import type { Configuration } from '@redial/configuration';
import type { Logger } from '@redial/platform';
import { createHealth, linkChecks, permitsCheck, startProcess } from '@redial/process';
import { startDialer } from './dialer.ts';

/** The dialer process. */
await startProcess({
  name: 'dialer',
  redis: 'required',
  notDurable: 'no call will be dialled',
  opsServer: true,
  async run(ports) {
    const { configuration, settings, store, logger, checks } = ports;
    const pbxs = configuration.pbxs.map((pbx) => createPbx(pbx));
    logExaminations(configuration.pbxs, logger);
    const dialer = await startDialer({
      ...ports,
      pbxs,
      workers: ports.workers(),
      concurrency: settings.dialerConcurrency,
    });
    const health = createHealth([...checks, permitsCheck(store, configuration), ...linkChecks(pbxs)]);
    return { health, drain: dialer.drain };
  },
});

/**
 * Examines each PBX once at the start, and logs in sentences what is wrong there. A fault does not prevent the start.
 */
function logExaminations(pbxs: Configuration['pbxs'], logger: Logger): void {
  const levels = { ok: 'info', unsure: 'warn', failed: 'error' } as const;
  for (const pbx of pbxs) {
    void examinePbx(pbx).then((checks) => {
      for (const { check, decision, message } of checks) logger[levels[decision]]({ pbx: pbx.name, check }, message);
    });
  }
}
