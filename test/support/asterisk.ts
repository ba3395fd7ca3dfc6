import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  debianPrograms,
  type LocalAsterisk,
  type Programs,
  type ScriptedPhones,
  type SipPhones,
  startAsterisk,
  startScriptedPhones,
  startSipPhones,
} from '@redial/servers';
import { containerPrograms } from './container-programs.ts';
import { onTestServers, say } from './test-servers.ts';

export interface TestPbx {
  readonly asterisk: LocalAsterisk;
  readonly phones: SipPhones;
  /** The agents 2500–2519. The test controls them. */
  readonly byHand: ScriptedPhones;
  /** Ends both and removes their files. With `keep` the folder with the logs stays, and its path is returned. */
  stop(options?: { keep?: boolean }): Promise<string>;
}

export interface TestPbxOptions {
  /** For load: more SIP threads, no log of INVITEs. */
  readonly load?: boolean;
}

/**
 * A real Asterisk with real SIP phones, reachable only from this machine. They run in containers if Docker answers,
 * else processes from Debian's packages, which any Debian can run. The same code writes their configuration and reads
 * their logs.
 */
export async function startTestPbx(options: TestPbxOptions = {}): Promise<TestPbx> {
  return onTestServers('Asterisk with its phones', {
    docker: async () => startPbx(await containerPrograms(), options),
    local: async () => startPbx(await debianPrograms(say), options),
  });
}

async function startPbx(programs: Programs, { load = false }: TestPbxOptions): Promise<TestPbx> {
  const folder = mkdtempSync(join(tmpdir(), 'redial-pbx-'));
  const phones = await startSipPhones({ runDir: join(folder, 'phones'), logInvites: !load, programs });
  const byHand = await startScriptedPhones();
  const asterisk = await startAsterisk({
    runDir: join(folder, 'pbx'),
    agentPhonesPort: phones.agentPort,
    carrierPhonesPort: phones.carrierPort,
    numberedPhonesPort: phones.numberedPort,
    scriptedPhonesPort: byHand.port,
    maxLoadTuning: load,
    programs,
  }).catch(async (error: unknown) => {
    byHand.close();
    await phones.stop();
    throw error;
  });
  return {
    asterisk,
    phones,
    byHand,
    stop: async ({ keep = false } = {}) => {
      await asterisk.kill();
      await asterisk.stop();
      byHand.close();
      await phones.stop();
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return folder;
    },
  };
}
