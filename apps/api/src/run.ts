import { vendorsInFiles } from '@redial/dialects';
import { startProcess } from '@redial/process';
import { startApi } from './api.ts';

/** The API process. It starts without Redis, and refuses calls meanwhile with a 503 that states why. */
await startProcess({
  name: 'api',
  dialects: vendorsInFiles,
  redis: 'optional',
  notDurable: 'no call will be accepted',
  opsServer: false,
  run: startApi,
});
