import type { Cdr, Disposition, NotSentCode } from '@redial/call';
import { dispositions } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { toC2dNotification, toNotification } from './to-notification.ts';

interface Ending {
  readonly disposition: Disposition;
  readonly notSentCode?: NotSentCode;
  readonly cause?: number;
  /** dial1 never answered, so the cause belongs to dial1. */
  readonly leg?: 'dial1' | 'dial2';
  readonly endedBy?: Cdr['endedBy'];
}

function cdr({ disposition, notSentCode, cause, leg = 'dial2', endedBy = null }: Ending): Cdr {
  const own = { disposition, ...(cause !== undefined && { cause }) };
  return {
    id: 'att_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    callId: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
    tenantId: 'acme',
    dialect: 'click2dial',
    reference: 'AbC123',
    attemptNumber: 1,
    pbx: 'pbx1',
    disposition,
    class: 'callee',
    ...(notSentCode !== undefined && { notSentCode }),
    connected: disposition === 'answered',
    dial1: {
      destination: { kind: 'extension', extension: '1001' },
      ...(leg === 'dial1' ? own : { disposition: 'answered' }),
    },
    dial2: {
      destination: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
      ...(leg === 'dial2' ? own : { disposition: 'not_dialed' }),
    },
    callerId: '27110005555',
    dueAt: 1_768_471_199_000,
    startedAt: 1_768_471_200_900,
    endedAt: 1_768_471_243_300,
    talkMs: 30_000,
    endedBy,
    lost: false,
    callStatus: 'completed',
    evidence: {},
  };
}

it('is the payload of the vendor in every field', () => {
  expect(toNotification(cdr({ disposition: 'answered', cause: 16, endedBy: 'dial2' }))).toEqual({
    type: 'cdr',
    payload: {
      extension: '1001',
      number: '27820001234',
      dial_number: '27110005555',
      call_ref: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF',
      contact_ref: 'AbC123',
      dialed_at: 1_768_471_200,
      end_reason: 'callee_hungup',
      end_code: 16,
      call_time: 42,
      hold_time: 0,
      call_dir: 'outbound',
      recording_url: null,
      ref: 'click-dial',
    },
  });
});

it('names no agent when no person answered', () => {
  expect(toNotification(cdr({ disposition: 'busy', leg: 'dial1' })).payload.extension).toBeNull();
  expect(toNotification(cdr({ disposition: 'busy', leg: 'dial2' })).payload.extension).toBe('1001');
});

it('gives the reference of the recording, in both forms', () => {
  const recorded = { ...cdr({ disposition: 'answered' }), recording: { under: '1001' } };
  expect(toNotification(recorded).payload.recording_url).toBe('att_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
  expect(toC2dNotification(recorded).notifications[0]?.recording_url).toBe('att_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
});

it('has the deprecated form too', () => {
  expect(toC2dNotification(cdr({ disposition: 'busy', cause: 17 }))).toEqual({
    notifications: [{ extension: '1001', disposition: 'busy', call_ref: 'AbC123', end_code: 17, recording_url: null }],
  });
});

describe('end_reason and end_code', () => {
  const table: readonly (readonly [Ending, reason: string, code: number])[] = [
    [{ disposition: 'answered', endedBy: 'dial1', cause: 16 }, 'agent_hungup', 16],
    [{ disposition: 'answered', endedBy: 'dial2', cause: 16 }, 'callee_hungup', 16],
    [{ disposition: 'answered', endedBy: null, cause: 0 }, 'hungup', 0],
    [{ disposition: 'answered', endedBy: 'redial' }, 'hungup', 16],
    [{ disposition: 'answered', endedBy: 'dial1', cause: 19 }, 'agent_hungup', 16],
    [{ disposition: 'machine', cause: 16 }, 'voicemail', 16],
    [{ disposition: 'dial1_hung_up', cause: 0 }, 'agent_hungup', 0],
    [{ disposition: 'canceled' }, 'hungup', 16],
    [{ disposition: 'busy', cause: 17 }, 'busy', 17],
    [{ disposition: 'busy' }, 'busy', 17],
    [{ disposition: 'rejected', cause: 21 }, 'reject', 21],
    [{ disposition: 'no_answer', cause: 19, leg: 'dial1' }, 'timeout', 102],
    [{ disposition: 'no_answer', cause: 18 }, 'timeout', 18],
    [{ disposition: 'no_answer', cause: 16 }, 'timeout', 102],
    [{ disposition: 'unreachable', cause: 18, leg: 'dial1' }, 'timeout', 18],
    [{ disposition: 'unreachable', cause: 19, leg: 'dial1' }, 'timeout', 18],
    [{ disposition: 'unreachable', cause: 20 }, 'error', 20],
    [{ disposition: 'unreachable', leg: 'dial1' }, 'error', 20],
    [{ disposition: 'invalid_number', cause: 1 }, 'error', 28],
    [{ disposition: 'congestion', cause: 42 }, 'error', 42],
    [{ disposition: 'congestion' }, 'error', 34],
    [{ disposition: 'trunk_auth', cause: 21 }, 'error', 21],
    [{ disposition: 'not_allowed', cause: 57 }, 'error', 57],
    [{ disposition: 'no_route', cause: 3 }, 'error', 3],
    [{ disposition: 'incompatible_media', cause: 88 }, 'error', 88],
    [{ disposition: 'pbx_error', leg: 'dial1' }, 'failed', 0],
    [{ disposition: 'not_sent', leg: 'dial1' }, 'failed', 0],
    [{ disposition: 'not_sent', notSentCode: 'late', leg: 'dial1' }, 'failed', 0],
    [{ disposition: 'not_sent', notSentCode: 'canceled', leg: 'dial1' }, 'hungup', 16],
    [{ disposition: 'unknown' }, 'failed', 0],
  ];

  test.each(table)('%j → %s %i', (ending, end_reason, end_code) => {
    expect(toNotification(cdr(ending)).payload).toMatchObject({ end_reason, end_code });
  });

  it('covers every disposition', () => {
    expect(new Set(table.map(([{ disposition }]) => disposition))).toEqual(new Set(dispositions));
  });
});
