import { demandNode } from '@redial/process/demand-node';

/**
 * Checks the version of Node before anything else is loaded: an older one would fail on the rest, and not state why.
 */
demandNode();
await import('./run.ts');
