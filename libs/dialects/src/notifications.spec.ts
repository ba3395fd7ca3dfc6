import { type Cdr, dispositions } from '@redial/call';
import { expect, it } from 'vitest';
import { notifications } from './vendors.ts';

const bare: Cdr = {
  ...{ id: 'att_01JZ3R4M8Q6V9XK2T7B5N0CDEF', callId: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF', tenantId: 'acme' },
  ...{ dialect: 'v1', reference: 'order-7', attemptNumber: 1, pbx: 'main' },
  ...{ disposition: 'answered', class: 'answered', connected: true, talkMs: 1_000, endedBy: null, lost: false },
  dial1: { destination: { kind: 'extension', extension: '1001' }, disposition: 'answered' },
  dial2: { destination: { kind: 'number', e164: '27820001234', trunk: 'carrier' }, disposition: 'answered' },
  ...{ dueAt: 0, startedAt: 1_000, endedAt: 5_000, callStatus: 'completed', evidence: {} },
};
const full: Cdr = {
  ...bare,
  ...{
    callerId: '27110001111',
    dial1CallerId: '1001',
    clientInfo: 'x',
    dtmfDigit: '1',
    talkMs: null,
    endedBy: 'dial1',
  },
  recording: { under: '1001' } as NonNullable<Cdr['recording']>,
  dial1: {
    ...{ destination: { kind: 'context', context: 'main', exten: '0820001234' }, disposition: 'answered' },
    ...{ cause: 16, sipCode: 200, reason: 4, ringingAt: 1, answeredAt: 2 },
  },
  dial2: {
    ...{ destination: { kind: 'service', service: 'sales' }, disposition: 'not_dialed' },
    ...{ cause: 17, dialStatus: 'BUSY', uniqueId: '1.2' },
  },
  ...{ callStatus: 'waiting', nextAttemptAt: 60_000 },
};
const all = [bare, full, ...dispositions.map((disposition): Cdr => ({ ...bare, disposition, connected: false }))];

it.each(Object.entries(notifications))('the format %s sends what its documentation states', (_name, format) => {
  const { toNotification, schema, example, webhook } = format;
  expect(schema.safeParse(example).error).toBeUndefined();
  for (const cdr of all) expect(schema.safeParse(toNotification(cdr)).error).toBeUndefined();
  if (webhook === undefined) return;
  expect(webhook.schema.safeParse(webhook.example).error).toBeUndefined();
  for (const cdr of all) expect(webhook.schema.safeParse(webhook.toBody(cdr, 0)).error).toBeUndefined();
});
