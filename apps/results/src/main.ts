import { demandNode } from '@redial/process/demand-node';

/** Nothing else is loaded before the version is known to do: an older Node would stumble over it, and not say why. */
demandNode();
await import('./run.ts');
