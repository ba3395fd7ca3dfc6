import { describe, expect, it } from 'vitest';
import { Origin, originList } from './origin.ts';

it.each([
  'https://crm.example',
  'http://localhost:*',
  'http://127.0.0.1:3000',
  'http://[::1]:*',
  'chrome-extension://abcdefgh',
])('%s is an origin', (text) => {
  expect(Origin.safeParse(text).success).toBe(true);
});

it.each([
  '*',
  'null',
  '',
  'crm.example',
  'https://crm.example/',
  'https://CRM.example',
  'https://*.example',
  'https://a:b@c',
])('%j is none', (text) => {
  expect(Origin.safeParse(text).success).toBe(false);
});

describe('a list', () => {
  const includes = originList([
    'https://crm.example',
    'http://localhost:*',
    'http://[::1]:*',
    'https://b.example:8443',
  ]);
  it.each([
    ['https://crm.example', true],
    ['https://crm.example:443', false],
    ['http://crm.example', false],
    ['https://crm.example.evil.example', false],
    ['https://b.example:8443', true],
    ['https://b.example', false],
    ['http://localhost', true],
    ['http://localhost:3000', true],
    ['https://localhost:3000', false],
    ['http://localhost:3000.evil.example', false],
    ['http://[::1]', true],
    ['http://[::1]:81', true],
    ['null', false],
    [undefined, false],
  ])('has %j: %j', (origin, expected) => {
    expect(includes(origin)).toBe(expected);
  });
});
