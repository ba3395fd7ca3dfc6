import { AttemptId, acceptCall, type Call, CallId } from '@redial/call';
import { expect, it, test } from 'vitest';
import { acme, contextOf, now } from '../../testing/acme.ts';
import { toCallRequest } from './to-call-request.ts';
import { toReschedule } from './to-reschedule.ts';

const hour = 3_600_000;

/** Due in an hour. */
function call(expiresAt?: number): Call {
  const body = {
    dial1: '1001',
    dial2: '1002',
    notBefore: new Date(now + hour).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  };
  const parsed = toCallRequest(body, contextOf());
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const id = CallId.parse('call_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
  const attemptId = AttemptId.parse('att_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
  return acceptCall({ id, attemptId, tenantId: 'acme', dialect: 'v1', ...parsed, at: now }).call;
}

test.each([
  ['another time', { notBefore: '202601151500' }, { ok: true, dueAt: now + 3 * hour }],
  ['now', { notBefore: new Date(now - 1_000).toISOString() }, { ok: true, dueAt: now }],
  ['a limit', { expiresAt: '202601151500' }, { ok: true, dueAt: now + hour, expiresAt: now + 3 * hour }],
  ['no limit', { expiresAt: null }, { ok: true, dueAt: now + hour, expiresAt: null }],
])('%s', (_name, body, expected) => {
  expect(toReschedule(body, call(), acme, now)).toEqual(expected);
});

it('keeps the limit of the call, and enforces it', () => {
  const limited = call(now + 2 * hour);
  expect(toReschedule({ notBefore: '202601151330' }, limited, acme, now)).toEqual({
    ok: true,
    dueAt: now + 1.5 * hour,
  });
  expect(toReschedule({ notBefore: '202601151500' }, limited, acme, now)).toEqual({
    ok: false,
    errors: [{ field: '/notBefore', message: 'expiresAt must be later than the next attempt' }],
  });
  expect(toReschedule({ notBefore: '202601151500', expiresAt: null }, limited, acme, now)).toMatchObject({ ok: true });
});

test.each([
  [{}, ''],
  [null, ''],
  [{ notBefore: 'x' }, '/notBefore'],
  [{ notBefore: '202601151100' }, '/notBefore'],
  [{ expiresAt: '202601151230' }, '/expiresAt'],
  [{ expiresAt: false }, '/expiresAt'],
  [{ priority: 1 }, '/priority'],
])('%j is refused', (body, field) => {
  const parsed = toReschedule(body, call(), acme, now);
  expect(parsed.ok ? [] : parsed.errors.map((error) => error.field)).toEqual([field]);
});
