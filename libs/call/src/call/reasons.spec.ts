import { describe, expect, it } from 'vitest';
import { attemptId, callOf, outcomeOfLegs, policyOf } from '../../testing/builders.ts';
import { type Call, type CallSignal, isEnded, stepCall } from './call.ts';

/** Every sentence that a call may end with, and what had happened to the call. No sentence may be false. */
const at = 1_000_000;
const retryPolicy = policyOf({ maxRetries: 1, delaySeconds: 60 });

function reported(
  start: Call,
  ...signals: readonly (readonly [CallSignal['type'], Readonly<Record<string, unknown>>?])[]
): Call {
  return signals.reduce((call, [type, more = {}], n) => {
    const current = 'attemptId' in call.state ? call.state.attemptId : attemptId(1);
    const signal = { type, attemptId: current, at, nextAttemptId: attemptId(n + 2), ...more } as CallSignal;
    return stepCall(call, signal).call;
  }, start);
}

const ends = (...[disposition, more]: Parameters<typeof outcomeOfLegs>) =>
  ['settle', { outcome: outcomeOfLegs(disposition, { endedAt: at, ...more }) }] as const;
const late = ends('not_sent', { notSentCode: 'late' });

describe('why a call has ended', () => {
  const call = () => callOf({ retryPolicy });
  const until = (expiresAt: number) => callOf({ retryPolicy, expiresAt });
  const closed = 'outside the calling window, until expiresAt has passed';
  it.each<[string, Call, status: string, reason: string]>([
    ['canceled, and no phone had rung', reported(call(), ['cancel']), 'canceled', 'canceled before it was dialled'],
    [
      'canceled after what was not sent',
      reported(call(), ['dial'], late, ['cancel']),
      'canceled',
      'canceled before it was dialled',
    ],
    [
      'canceled while the next attempt is waited for',
      reported(call(), ['dial'], ends('busy'), ['cancel']),
      'canceled',
      'canceled before its next attempt; the last one was busy',
    ],
    [
      'canceled after busy, and what was not sent',
      reported(call(), ['dial'], ends('busy'), ['dial'], late, ['cancel']),
      'canceled',
      'canceled before its next attempt; the last one was busy',
    ],
    ['rolled back', reported(call(), ['cancel', { reason: 'not accepted' }]), 'canceled', 'not accepted'],
    [
      'canceled as it was begun',
      reported(call(), ['dial'], ['cancel'], ends('not_sent', { notSentCode: 'canceled' })),
      'canceled',
      'canceled before it was dialled',
    ],
    [
      'canceled while it rang',
      reported(call(), ['dial'], ['cancel'], ends('canceled')),
      'canceled',
      'canceled while dialing',
    ],
    [
      'canceled while they talked',
      reported(call(), ['dial'], ['cancel'], ends('answered', { endedBy: 'redial' })),
      'canceled',
      'canceled while talking',
    ],
    [
      'its time was over',
      reported(until(at - 1), ['expire']),
      'expired',
      'its time was over before it could be dialled',
    ],
    [
      'its time was over after an attempt',
      reported(until(at + 90_000), ['dial'], ends('busy'), ['expire']),
      'expired',
      'its time was over before it could be dialled; the last attempt was busy',
    ],
    [
      'a gate is closed for longer than it may wait',
      reported(until(at + 9), ['expire', { reason: closed }]),
      'expired',
      closed,
    ],
    [
      'its retry would come too late',
      reported(until(at + 30_000), ['dial'], ends('busy')),
      'expired',
      'the next attempt would be after expiresAt; the last one was busy',
    ],
    ['a rule forbids it', reported(call(), ['block', { gate: 'do_not_call', reason: 'said' }]), 'blocked', 'said'],
    ['no Originate can express it', reported(call(), ['fail', { reason: 'said' }]), 'failed', 'said'],
    [
      'it has used up its retries',
      reported(call(), ['dial'], ends('busy'), ['dial'], ends('busy')),
      'exhausted',
      'retries_used_up',
    ],
    ['the number does not exist', reported(call(), ['dial'], ends('invalid_number')), 'failed', 'permanent'],
    ['they talked', reported(call(), ['dial'], ends('answered')), 'completed', 'connected'],
    ['it is not certain', reported(call(), ['dial'], ends('unknown')), 'unknown', 'unknown'],
  ])('%s', (_what, ended, status, reason) => {
    expect(isEnded(ended.state)).toBe(true);
    expect(ended.state).toMatchObject({ status, reason });
  });
});
