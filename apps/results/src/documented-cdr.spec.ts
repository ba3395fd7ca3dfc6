import { type Cdr, dispositions } from '@redial/call';
import { v1, vendors } from '@redial/dialects';
import { toPublicCdr } from '@redial/sinks';
import { describe, expect, it } from 'vitest';

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
    pressedKey: '1',
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

/** Whoever adds a field to what goes out adds it to what `/openapi.json` says of it (v1/cdr-schema.ts; what `/v1` has too: reply-schema.ts). */
describe('what goes out is what the documents say', () => {
  it('of the public CDR', () => {
    for (const cdr of all) expect(v1.CdrReply.safeParse(toPublicCdr(cdr)).error).toBeUndefined();
  });

  it('of the vendors’ shapes of it', () => {
    for (const { notifications, documentation } of vendors) {
      for (const [format, shapeOf] of Object.entries(notifications)) {
        const schema = documentation?.notifications[format]?.schema;
        for (const cdr of all) expect(schema?.safeParse(shapeOf(cdr)), format).toMatchObject({ success: true });
      }
    }
  });
});
