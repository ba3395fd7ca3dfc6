import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { oldestNode, whyTooOld } from './demand-node.ts';

it.each(['22.0.0', '22.12.0', '24.1.0', '26.10.0', '100.0.0'])('Node %s does', (version) => {
  expect(whyTooOld(version)).toBeUndefined();
});

it.each(['20.20.2', '18.0.0', '21.7.3', '8.9.0', '4.0.0', '0.12.18'])('Node %s is too old', (version) => {
  expect(whyTooOld(version)).toBe(
    `Redial needs Node 22 or later to run, and this is Node ${version} (${process.execPath}).`,
  );
});

it('package.json and the documentation name the same Node', () => {
  const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(JSON.parse(read('package.json')).engines.node).toBe(`>=${oldestNode}`);
  expect(read('README.md')).toContain(`Node ${oldestNode} or later`);
  expect(read('docs/how-to/run-in-production.md')).toContain(`Node ${oldestNode} or later`);
});
