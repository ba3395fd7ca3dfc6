import { demandNode } from '@redial/process/demand-node';

/** The version is checked before anything else is loaded: an older Node would fail without a clear reason. */
demandNode();
await import('./run.ts');
