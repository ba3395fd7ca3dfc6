import { startTestPbx } from '../../support/asterisk.ts';
import { describePbxConformance } from './pbx-conformance.ts';

describePbxConformance('Asterisk itself', async () => {
  const { asterisk, phones, stop } = await startTestPbx();
  return {
    ami: asterisk.ami,
    agentPhones: `127.0.0.1:${phones.agentPort}`,
    recordingsFolder: asterisk.recordingsFolder,
    invitesTo: (user) => phones.invitesTo(user),
    restart: async () => {
      await asterisk.kill();
      await asterisk.restart();
    },
    stop: async () => void (await stop()),
  };
});
