import { type Cdr, type Disposition, dispositions } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { toNotification } from './to-notification.ts';

function cdr(changes: Partial<Cdr> = {}): Cdr {
  return {
    id: 'att_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    callId: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    tenantId: 'acme',
    dialect: 'call-originate-act',
    reference: 'orig.call.1703145054.787335',
    attemptNumber: 1,
    pbx: 'pbx1',
    disposition: 'answered',
    class: 'answered',
    connected: true,
    dial1: { destination: { kind: 'extension', extension: '557' }, disposition: 'answered' },
    dial2: { destination: { kind: 'extension', extension: '552' }, disposition: 'answered' },
    callerId: '557',
    dueAt: 1_703_145_054_000,
    startedAt: 1_703_145_054_900,
    endedAt: 1_703_145_097_300,
    talkMs: 30_000,
    endedBy: 'dial2',
    lost: false,
    callStatus: 'completed',
    evidence: {},
    ...changes,
  };
}

const outside = {
  destination: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
  disposition: 'answered',
} as const;

it('is the webhook of the vendor in every field', () => {
  expect(toNotification(cdr({ dial2: outside, recording: { under: '557' } }))).toEqual({
    event_name: 'Cdr',
    starttime: '2023-12-21 07:50:54.900000',
    endtime: '2023-12-21 07:51:37.300000',
    src: '557',
    dst: '27820001234',
    type: 'outgoing',
    disposition: 'ANSWERED',
    duration: 42,
    billsec: 30,
    wait: 12,
    record: 'att_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    unique_id: 'att_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    cuid: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    originated_call_id: 'orig.call.1703145054.787335',
  });
});

it('is sent when the first person does not answer, too', () => {
  const failed = cdr({
    disposition: 'no_answer',
    connected: false,
    dial1: { destination: { kind: 'extension', extension: '557' }, disposition: 'no_answer' },
    dial2: { destination: { kind: 'extension', extension: '552' }, disposition: 'not_dialed' },
    talkMs: 0,
  });
  expect(toNotification(failed)).toMatchObject({
    disposition: 'NO ANSWER',
    duration: 42,
    billsec: 0,
    wait: 42,
    record: '',
  });
});

describe('type', () => {
  const inside = { destination: { kind: 'service', service: 'sales' }, disposition: 'answered' } as const;
  const context = (e164?: string) =>
    ({
      destination: { kind: 'context', context: 'office', exten: '1', ...(e164 !== undefined && { e164 }) },
      disposition: 'answered',
    }) as const;
  test.each<[string, Partial<Cdr>, string]>([
    ['two extensions', {}, 'local'],
    ['a service', { dial1: inside }, 'local'],
    ['an extension through a context', { dial1: context() }, 'local'],
    ['a callee outside', { dial2: outside }, 'outgoing'],
    ['a caller outside', { dial1: outside }, 'outgoing'],
    ['a caller outside through a context', { dial1: context('27820001234') }, 'outgoing'],
  ])('%s', (_name, legs, type) => {
    expect(toNotification(cdr(legs)).type).toBe(type);
  });
});

describe('disposition', () => {
  const others: Readonly<Partial<Record<Disposition, string>>> = {
    answered: 'ANSWERED',
    machine: 'ANSWERED',
    busy: 'BUSY',
  };
  test.each(dispositions)('%s is one of the three', (disposition) => {
    expect(toNotification(cdr({ disposition })).disposition).toBe(others[disposition] ?? 'NO ANSWER');
  });
});

it('never has times that contradict each other, even if some are unknown', () => {
  const at = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
  fc.assert(
    fc.property(
      at,
      fc.integer({ min: -5_000, max: 10_000_000 }),
      fc.option(fc.nat(20_000_000)),
      (startedAt, ms, talkMs) => {
        const { duration, billsec, wait, starttime, endtime } = toNotification(
          cdr({ startedAt, endedAt: startedAt + ms, talkMs }),
        );
        expect(duration).toBe(billsec + wait);
        expect(Math.min(duration, billsec, wait)).toBeGreaterThanOrEqual(0);
        for (const time of [starttime, endtime]) expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
      },
    ),
  );
});
