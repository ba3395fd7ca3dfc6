import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { agentSections, fill } from './asterisk-configuration.ts';

test('a template is filled, and a name without a value is a mistake', () => {
  expect(fill('port = {{amiPort}}', { amiPort: '5038' })).toBe('port = 5038');
  expect(() => fill('{{unknown}}', {})).toThrow('{{unknown}}');
});

test('agents: 15xx are not registered, 16xx have a dead contact, the others are at their phones', () => {
  const sections = agentSections({ agentPhonesPort: 7000, scriptedPhonesPort: 7001, deadPort: 9 });
  expect(sections).toContain('contact = sip:1000@127.0.0.1:7000');
  expect(sections).toContain('contact = sip:1999@127.0.0.1:7000');
  expect(sections).toContain('contact = sip:2500@127.0.0.1:7001');
  expect(sections).toContain('contact = sip:1600@127.0.0.1:9');
  expect(sections).not.toContain('contact = sip:15');
  expect(sections).toContain('[1500](agent)');
  expect(sections).toContain('contact = sip:552@127.0.0.1:7000');
});

test('the observer user receives the same events as the dialing user: either may first report an attempt’s end', () => {
  const file = readFileSync(new URL('../../asterisk/manager.redial.conf', import.meta.url), 'utf8');
  const filters = file.split('\n').filter((line) => line.startsWith('eventfilter'));
  const observers = file.split('\n').filter((line) => line.startsWith(';eventfilter'));
  expect(filters.length).toBeGreaterThan(3);
  expect(observers).toEqual(filters.map((line) => `;${line}`));
});
