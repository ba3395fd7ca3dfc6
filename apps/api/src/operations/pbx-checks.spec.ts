import { expect, test } from 'vitest';
import { pbxFault } from './pbx-checks.ts';

const report = (process: 'dialer' | 'results', up: boolean, pbx = 'a') => ({ pbx, process, up, at: 0 });

test.each([
  ['both are linked', [report('dialer', true), report('results', true)], undefined],
  ['one of two dialers is', [report('dialer', false), report('dialer', true), report('results', true)], undefined],
  ['no dialer is', [report('dialer', false), report('results', true)], 'no dialer process has its link'],
  ['no process reports', [], 'no dialer process reports; no results process reports'],
  [
    'others report',
    [report('dialer', true, 'b'), report('results', true, 'b')],
    'no dialer process reports; no results process reports',
  ],
])('%s', (_name, reports, fault) => {
  expect(pbxFault('a', reports)).toBe(fault);
});
