import { demandNode } from '@redial/process/demand-node';

/** `npm run doctor`. Checks the version of Node before anything else is loaded. */
demandNode();
await import('./examine-pbxs.ts');
