import { AttemptId, CallId, inShard, shardOf } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';

describe('ids', () => {
  it('have the shapes that the core requires', () => {
    const ids = createIds();
    expect(CallId.safeParse(ids.callId()).success).toBe(true);
    expect(AttemptId.safeParse(ids.attemptId(ids.callId())).success).toBe(true);
  });

  it('sort by time, inside one millisecond too, and have one length', () => {
    const clock = { at: 1_000, now: () => clock.at };
    const ids = createIds(clock);
    const made = Array.from({ length: 1_000 }, (_, i) => {
      clock.at += i % 3 === 0 ? 1 : 0;
      return ids.attemptId(ids.callId());
    });
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(1_000);
    expect(new Set(made.map((id) => id.length))).toEqual(new Set([30]));
  });

  it('name the shard of their call', () => {
    const ids = createIds();
    const call = ids.callId();
    expect([shardOf(call), shardOf(ids.attemptId(call))]).toEqual([0, 0]);
    const elsewhere = CallId.parse('call_01HZZZZZZZ2AZZZZZZZZ000000');
    expect(shardOf(ids.attemptId(elsewhere))).toBe(shardOf(elsewhere));
  });

  it('name each of 1,024 shards in the two characters after the time', () => {
    const ulid = '01HZZZZZZZXXZZZZZZZZ000000';
    expect(inShard(ulid, 0)).toBe('01HZZZZZZZ00ZZZZZZZZ000000');
    expect(inShard(ulid, 1_023)).toBe('01HZZZZZZZZZZZZZZZZZ000000');
    for (let shard = 0; shard < 1_024; shard++)
      expect(shardOf(CallId.parse(`call_${inShard(ulid, shard)}`))).toBe(shard);
    for (const shard of [-1, 1_024, 0.5, Number.NaN]) expect(() => inShard(ulid, shard)).toThrow(RangeError);
  });

  it('still sort when the clock is set back', () => {
    const clock = { at: 5_000, now: () => clock.at };
    const ids = createIds(clock);
    const before = ids.callId();
    clock.at = 1_000;
    expect(ids.callId() > before).toBe(true);
  });
});
