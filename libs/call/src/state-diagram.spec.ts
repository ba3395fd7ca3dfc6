import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateMachinesPage } from './state-diagram.support.ts';

it('docs/state-machines.md is what the matrices say (else: node --conditions=source libs/call/write-state-diagram.ts)', () => {
  const page = readFileSync(new URL('../../../docs/state-machines.md', import.meta.url), 'utf8');
  expect(page).toBe(stateMachinesPage());
});
