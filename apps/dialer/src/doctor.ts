import { demandNode } from '@redial/process/demand-node';

/** `npm run doctor`. Nothing else is loaded before the version is known to do. */
demandNode();
await import('./examine-pbxs.ts');
