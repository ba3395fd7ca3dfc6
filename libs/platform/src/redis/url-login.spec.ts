import { expect, it, test } from 'vitest';
import { splitLogin } from './url-login.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test.each([
  ['https://crm.example/hook?a=1', { url: 'https://crm.example/hook?a=1' }],
  ['https://crm:p%40ss@crm.example/hook', { url: 'https://crm.example/hook', authorization: basic('crm:p@ss') }],
  ['http://crm@pbx:8088/', { url: 'http://pbx:8088/', authorization: basic('crm:') }],
])('%s', (written, split) => {
  expect(splitLogin(written)).toEqual(split);
});

it.each(['https://hush%E0@crm.example', 'no address'])('%s cannot be used', (written) => {
  expect(() => splitLogin(written)).toThrow();
});
