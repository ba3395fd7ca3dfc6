import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@redial/pbx-simulator';
import { describePbxConformance } from './pbx-conformance.ts';

/** The simulator's time runs ten times as fast, so that a second of ringing takes a tenth. */
const speed = 10;

describePbxConformance('the simulated PBX', async () => {
  const access = { username: 'redial', secret: 'redial-local' };
  const recordingsFolder = mkdtempSync(join(tmpdir(), 'redial-recordings-'));
  const simulator = await startSimulator({
    ...access,
    speed,
    trunks: ['carrier', 'carrier2', 'numbered'],
    recordingsFolder,
  });
  return {
    ami: { host: simulator.host, port: simulator.port, ...access },
    agentPhones: '127.0.0.1:5060',
    recordingsFolder,
    invitesTo: (user) => simulator.phones.invites().filter((invite) => invite.user === user),
    restart: async () => simulator.restart(),
    stop: async () => {
      await simulator.stop();
      rmSync(recordingsFolder, { recursive: true, force: true });
    },
  };
});
