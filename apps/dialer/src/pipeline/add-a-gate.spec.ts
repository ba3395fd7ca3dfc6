import type { Call } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { attemptId, job, monday9 } from '../../testing/builders.ts';
import { dialJobWorld, expectNothingBegun } from '../../testing/dial-job-world.ts';
import { type DialGate, gates } from './dial-gates.ts';

/** What docs/how-to/add-a-gate.md describes: a gate is a name and a function, and one more line of the list. */
const lunchEndsAt = monday9 + 3_600_000;
const dnd = new Set<string>();
const lunch: DialGate = {
  name: 'lunch',
  rechecked: true,
  check: ({ now }) =>
    now >= monday9 && now < lunchEndsAt
      ? { decision: 'defer', until: lunchEndsAt, reason: 'the agents have lunch' }
      : { decision: 'allow' },
};
const blockedAgents: DialGate = {
  name: 'blocked_agents',
  rechecked: false,
  check: async ({ call }) =>
    dnd.has(extensionOf(call))
      ? { decision: 'block', reason: 'the agent has left the company' }
      : { decision: 'allow' },
};
const extensionOf = ({ request: { dial1 } }: Call) => (dial1.kind === 'extension' ? dial1.extension : '');

describe('given one more gate on the list', () => {
  it('when it defers a call, then the call waits until the time it gives, and shows its name and its reason', async () => {
    const world = dialJobWorld({ list: [...gates, lunch] });
    expect(await world.run(job)).toEqual({ type: 'later', at: lunchEndsAt, note: 'lunch: the agents have lunch' });
    expect(world.call.gateNote).toMatchObject({
      gate: 'lunch',
      decision: 'defer',
      reason: 'the agents have lunch',
      until: lunchEndsAt,
    });
    expectNothingBegun(world);
    world.clock.at = lunchEndsAt;
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toMatchObject([{ attemptId }]);
  });

  it('when it blocks a call, then the call has ended, and shows its name and its reason', async () => {
    dnd.add('1001');
    const world = dialJobWorld({ list: [...gates, blockedAgents] });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'the call is blocked' });
    expect(world.call.state).toMatchObject({ status: 'blocked', reason: 'the agent has left the company' });
    expect(world.call.gateNote).toMatchObject({ gate: 'blocked_agents', decision: 'block' });
    expectNothingBegun(world);
  });

  it('when it is checked again and closes while the start is waited for, then the call is deferred before its claim', async () => {
    const world = dialJobWorld({
      list: [...gates, lunch],
      now: monday9 - 1_000,
      request: { notBeforeAt: monday9 - 1_000 },
    });
    world.store.startsAfterMs = 2_000;
    expect(await world.run(job)).toMatchObject({ type: 'later', at: lunchEndsAt });
    expect(world.steps).toEqual(['wait']);
    expectNothingBegun(world);
  });

  it('when it is checked again and closes after the claim, then no Originate is sent, and the report names it', async () => {
    const world = dialJobWorld({
      list: [...gates, lunch],
      now: monday9 - 1_000,
      request: { notBeforeAt: monday9 - 1_000 },
    });
    world.store.onClaimed.push(() => {
      world.clock.at = monday9;
    });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: lunch: the agents have lunch' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toMatchObject([{ id: attemptId, evidence: { refused: { code: 'gate' } } }]);
  });

  it('when another gate closes first, then it is not checked', async () => {
    const world = dialJobWorld({ list: [...gates, blockedAgents], tenant: { paused: true } });
    await world.run(job);
    expect(world.call.gateNote).toMatchObject({ gate: 'paused' });
  });
});
