import type { Cdr } from '@redial/call';

/** A CDR of a call with a busy dial2. */
export function cdrOfTest(changes: Partial<Cdr> = {}): Cdr {
  return {
    id: 'att_1',
    callId: 'call_1',
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'order-7',
    attemptNumber: 1,
    pbx: 'pbx1',
    disposition: 'busy',
    class: 'callee',
    connected: false,
    dial1: { destination: { kind: 'extension', extension: '1001' }, disposition: 'answered' },
    dial2: { destination: { kind: 'number', e164: '27821234567', trunk: 'carrier' }, disposition: 'busy', cause: 17 },
    dueAt: 0,
    startedAt: 0,
    endedAt: 0,
    talkMs: 0,
    endedBy: null,
    lost: false,
    callStatus: 'exhausted',
    evidence: {},
    ...changes,
  };
}
