import { expect, it } from 'vitest';
import { closestName } from './closest-name.ts';

const known = ['dial1', 'dial2', 'notBefore', 'expiresAt', 'callerId', 'talkLimitSeconds'];

it.each([
  ['notbefore', 'notBefore'],
  ['not_before', 'notBefore'],
  ['notBefor', 'notBefore'],
  ['dail2', 'dial2'],
  ['callerID', 'callerId'],
  ['caller_id', 'callerId'],
  ['expireAt', 'expiresAt'],
  ['talkLimit', undefined],
  ['color', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%j means %s', (written, meant) => expect(closestName(written, known)).toBe(meant));
