import { AttemptId, CallId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';

describe('ids', () => {
  it('have the shapes the core asks for', () => {
    const ids = createIds();
    expect(CallId.safeParse(ids.callId()).success).toBe(true);
    expect(AttemptId.safeParse(ids.attemptId()).success).toBe(true);
  });

  it('sort by time, inside one millisecond too, and have one length', () => {
    const clock = { at: 1_000, now: () => clock.at };
    const ids = createIds(clock);
    const made = Array.from({ length: 1_000 }, (_, i) => {
      clock.at += i % 3 === 0 ? 1 : 0;
      return ids.attemptId();
    });
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(1_000);
    expect(new Set(made.map((id) => id.length))).toEqual(new Set([30]));
  });

  it('go on sorting when the clock is set back', () => {
    const clock = { at: 5_000, now: () => clock.at };
    const ids = createIds(clock);
    const before = ids.callId();
    clock.at = 1_000;
    expect(ids.callId() > before).toBe(true);
  });
});
