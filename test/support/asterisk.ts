import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAsterisk, type SipPhones, startAsterisk, startSipPhones } from '@redial/local';

export interface TestPbx {
  readonly asterisk: LocalAsterisk;
  readonly phones: SipPhones;
  /** Ends both and removes their files; with `keep` the folder with the logs stays, and its path is returned. */
  stop(options?: { keep?: boolean }): Promise<string>;
}

export interface TestPbxOptions {
  /** For load: more SIP threads, no log of INVITEs. */
  readonly load?: boolean;
}

/**
 * A real Asterisk with real SIP phones, on this machine and reachable from nowhere else.
 *
 * It needs Debian (any release): on another system run the suite in a Debian container. There is no container of its own for the PBX, because
 * the tests stop, kill and pause the very process and read the phones' logs.
 */
export async function startTestPbx(options: TestPbxOptions = {}): Promise<TestPbx> {
  const folder = mkdtempSync(join(tmpdir(), 'redial-pbx-'));
  const load = options.load ?? false;
  const phones = await startSipPhones({ runDir: join(folder, 'phones'), logInvites: !load, onProgress });
  const asterisk = await startAsterisk({
    runDir: join(folder, 'pbx'),
    agentPhonesPort: phones.agentPort,
    carrierPhonesPort: phones.carrierPort,
    maxLoadTuning: load,
    onProgress,
  }).catch(async (error: unknown) => {
    await phones.stop();
    throw error;
  });
  return {
    asterisk,
    phones,
    stop: async ({ keep = false } = {}) => {
      await asterisk.kill();
      await asterisk.stop();
      await phones.stop();
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return folder;
    },
  };
}

/** The first run downloads for some seconds: say so, rather than look hung. */
function onProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}
