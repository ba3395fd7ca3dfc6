import { describe, expect, it } from 'vitest';
import { cdrFixture } from '../../testing/cdr.ts';
import { toNotification, toWebhook } from './to-notification.ts';

describe('the notification of a CDR', () => {
  it('has a stable shape', () => {
    expect(toNotification(cdrFixture())).toEqual({
      id: 'att_01JQFZ0000000000000000000A',
      callId: 'call_01JQFZ0000000000000000000B',
      tenantId: 'acme',
      reference: 'order-7',
      dialect: 'v1',
      attemptNumber: 1,
      pbx: 'pbx1',
      disposition: 'busy',
      class: 'callee',
      notSentCode: null,
      connected: false,
      dial1: {
        destination: { kind: 'extension', extension: '1001' },
        disposition: 'answered',
        cause: 16,
        sipCode: null,
        reason: null,
        dialStatus: null,
        ringingAt: '2026-03-29T07:00:00.350Z',
        ringMs: 3_900,
        answeredAt: '2026-03-29T07:00:04.250Z',
        uniqueId: 'att_01JQFZ0000000000000000000A',
      },
      dial2: {
        destination: { kind: 'number', number: '+27821234567', trunk: 'carrier' },
        disposition: 'busy',
        cause: 17,
        sipCode: 486,
        reason: null,
        dialStatus: 'BUSY',
        ringingAt: null,
        ringMs: null,
        answeredAt: null,
        uniqueId: '1774767600.42',
      },
      callerId: '27110000000',
      dial1CallerId: null,
      recording: null,
      dtmfDigit: null,
      clientInfo: null,
      dueAt: '2026-03-29T07:00:00.000Z',
      startedAt: '2026-03-29T07:00:00.250Z',
      endedAt: '2026-03-29T07:00:06.250Z',
      transferredAt: null,
      talkMs: 0,
      endedBy: null,
      lost: false,
      call: { state: 'waiting', nextAttemptAt: '2026-03-29T07:01:06.250Z' },
    });
  });

  it('states what a call has besides its two phones', () => {
    const shown = toNotification(
      cdrFixture({
        dial1CallerId: '1001',
        recording: { under: '1001' },
        dtmfDigit: '1',
        clientInfo: 'lead 7',
        dial1: { destination: { kind: 'service', service: 'test-queue' }, disposition: 'answered' },
        dial2: {
          destination: { kind: 'context', context: 'main_routing', exten: '0820001234', e164: '27820001234' },
          disposition: 'busy',
        },
      }),
    );
    expect(shown).toMatchObject({
      dial1CallerId: '1001',
      recording: '/v1/recordings/att_01JQFZ0000000000000000000A',
      dtmfDigit: '1',
      clientInfo: 'lead 7',
    });
    expect(shown.dial1.destination).toEqual({ kind: 'service', service: 'test-queue' });
    expect(shown.dial2.destination).toEqual({ kind: 'context', context: 'main_routing', exten: '0820001234' });
  });

  it('has every field, and null if there is no value', () => {
    const {
      callerId: _none,
      nextAttemptAt: _never,
      ...rest
    } = cdrFixture({
      talkMs: null,
      callStatus: 'unknown',
      dial2: { destination: { kind: 'extension', extension: '1002' }, disposition: 'not_dialed' },
    });
    const shown = toNotification(rest);
    expect(shown).toMatchObject({ callerId: null, talkMs: null, call: { state: 'unknown', nextAttemptAt: null } });
    expect(Object.keys(shown)).toEqual(Object.keys(toNotification(cdrFixture())));
    expect(Object.keys(shown.dial2)).toEqual(Object.keys(toNotification(cdrFixture()).dial2));
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });

  it('is sent to a webhook in the envelope of Standard Webhooks', () => {
    expect(toWebhook(cdrFixture(), 0)).toEqual({
      type: 'cdr',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: toNotification(cdrFixture()),
    });
  });
});
