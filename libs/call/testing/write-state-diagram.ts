import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stateMachinesPage } from './state-diagram.ts';

/** Writes docs/reference/state-machines.md; run it when a matrix has changed. */
const page = new URL('../../../docs/reference/state-machines.md', import.meta.url);
writeFileSync(page, stateMachinesPage());
process.stdout.write(`wrote ${fileURLToPath(page)}\n`);
