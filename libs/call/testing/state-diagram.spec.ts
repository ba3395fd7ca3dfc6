import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateMachinesPage } from './state-diagram.ts';

it('docs/reference/state-machines.md matches the matrices (else: npm run state-diagram -w @redial/call)', () => {
  const page = readFileSync(new URL('../../../docs/reference/state-machines.md', import.meta.url), 'utf8');
  expect(page).toBe(stateMachinesPage());
});
