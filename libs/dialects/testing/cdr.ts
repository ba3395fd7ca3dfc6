import type { Cdr } from '@redial/call';

/** A CDR for specifications: dial1 answered, dial2 was busy, a retry follows. */
export function cdrFixture(changes: Partial<Cdr> = {}): Cdr {
  const startedAt = Date.UTC(2026, 2, 29, 7, 0, 0, 250);
  return {
    id: 'att_01JQFZ0000000000000000000A',
    callId: 'call_01JQFZ0000000000000000000B',
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'order-7',
    attemptNumber: 1,
    pbx: 'pbx1',
    disposition: 'busy',
    class: 'callee',
    connected: false,
    dial1: {
      destination: { kind: 'extension', extension: '1001' },
      disposition: 'answered',
      cause: 16,
      ringingAt: startedAt + 100,
      ringMs: 3_900,
      answeredAt: startedAt + 4_000,
    },
    dial2: {
      destination: { kind: 'number', e164: '27821234567', trunk: 'carrier' },
      disposition: 'busy',
      cause: 17,
      sipCode: 486,
      dialStatus: 'BUSY',
      uniqueId: '1774767600.42',
    },
    callerId: '27110000000',
    dueAt: startedAt - 250,
    startedAt,
    endedAt: startedAt + 6_000,
    talkMs: 0,
    endedBy: null,
    lost: false,
    callStatus: 'waiting',
    nextAttemptAt: startedAt + 66_000,
    evidence: {},
    ...changes,
  };
}
