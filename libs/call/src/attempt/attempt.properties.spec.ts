import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  journalEnded,
  journalOfDial2Alive,
  originatedAt,
  plan,
  planViaLocalChannel,
} from '../../testing/attempt.matrix.ts';
import { AttemptWorld, type Reconciliation, unreachablePbx } from '../../testing/attempt.world.ts';
import type { Evidence } from '../outcome/evidence.ts';
import { outcomeOf } from '../outcome/outcome.ts';
import { stepAttempt } from './attempt.ts';
import {
  finalEventsMs,
  followEveryMs,
  followMaxMs,
  giveUpMarginMs,
  latestEndAt,
  reconcileEveryMs,
} from './attempt-deadlines.ts';
import type { AttemptSignal } from './attempt-signal.ts';

type Timeless = AttemptSignal extends infer S ? (S extends AttemptSignal ? Omit<S, 'at'> : never) : never;
const at = (instant: number, signal: Timeless): AttemptSignal => ({ ...signal, at: instant }) as AttemptSignal;

const cause = fc.constantFrom(0, 16, 17, 18, 19, 21, 34, 127);
const sipCode = fc.constantFrom(403, 404, 480, 486, 503, 603);
const { dial2Cause: _cause, dial2SipCode: _sipCode, ...journalWithoutWhy } = journalEnded;
const entry = fc.constantFrom(
  journalEnded,
  journalWithoutWhy,
  { ...journalEnded, dialStatus: 'ANSWER', talkMs: 1_000 },
  { ...journalWithoutWhy, dialStatus: 'CANCEL' },
  journalOfDial2Alive,
  { ...journalOfDial2Alive, dial2EndedAt: originatedAt + 9_000 },
);

/** Any signal that the machine may receive, plausible or not. */
const anySignal: fc.Arbitrary<Timeless> = fc.oneof(
  fc.constantFrom<Timeless>(
    { type: 'start' },
    { type: 'adopt', originatedAt },
    { type: 'refused', message: 'no' },
    { type: 'refused', message: 'no', notSent: 'pbx_unavailable' },
    { type: 'rang' },
    { type: 'answered' },
    { type: 'answered', uniqueId: '1.5' },
    { type: 'dial2_found' },
    { type: 'dial2_gone' },
    { type: 'cancel' },
    { type: 'link_lost' },
    { type: 'deadline' },
  ),
  fc.record({ type: fc.constant('originate_failed' as const), reason: fc.constantFrom(0, 3, 5, 8) }),
  fc.record({ type: fc.constant('dial1_ended' as const), cause, sipCode }, { requiredKeys: ['type', 'cause'] }),
  fc.record({
    type: fc.constant('dial2_ended' as const),
    cause,
    sipCode,
    uniqueId: fc.constantFrom('1.2', journalOfDial2Alive.dial2UniqueId ?? ''),
  }),
  fc.record({ type: fc.constant('dial1_forwarded' as const) }),
  fc.record({ type: fc.constant('dial2_created' as const), uniqueId: fc.constantFrom('1.2', '1.3') }),
  fc.record({ type: fc.constant('journal_ended' as const), entry }),
  fc.record({ type: fc.constant('channel_found' as const), up: fc.boolean() }),
  fc.record({
    type: fc.constant('journal_answered' as const),
    answeredAt: fc.constant(originatedAt + 900),
    pbxRestarted: fc.boolean(),
  }),
  fc.record({ type: fc.constant('missing' as const), pbxRestarted: fc.boolean() }),
);

/** Signals, each with the time that passes before it: mostly moments, sometimes longer than a ring. */
const history = fc.array(
  fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.nat(400) }, { weight: 1, arbitrary: fc.nat(40_000) }), anySignal),
  { maxLength: 14 },
);
const opening = fc.constantFrom<Timeless>({ type: 'start' }, { type: 'adopt', originatedAt });

function play(world: AttemptWorld, signals: readonly (readonly [afterMs: number, signal: Timeless])[]): AttemptWorld {
  for (const [afterMs, signal] of signals) world.deliver(at(world.now + afterMs, signal));
  return world;
}

describe('an attempt, after any signals, also repeated ones', () => {
  it('A1 originates at most once, and only as its first effect', () => {
    fc.assert(
      fc.property(history, (signals) => {
        const world = play(new AttemptWorld(), signals);
        expect(world.count('originate')).toBeLessThanOrEqual(1);
        expect(world.effects.findIndex((e) => e.type === 'originate')).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('A1 never originates when it was adopted', () => {
    fc.assert(
      fc.property(history, (signals) => {
        expect(play(new AttemptWorld(), [[0, { type: 'adopt', originatedAt }], ...signals]).count('originate')).toBe(0);
      }),
    );
  });

  it('A2 concludes exactly once, with all its evidence', () => {
    fc.assert(
      fc.property(opening, history, (first, signals) => {
        const world = play(new AttemptWorld(), [[0, first], ...signals]);
        const known = world.state.phase === 'planned' ? {} : world.state.evidence;
        world.rest();
        expect(world.count('conclude')).toBe(1);
        expect(world.concluded).toMatchObject(known);
        expect(world.state).toEqual({ phase: 'ended', evidence: world.concluded });
      }),
      { numRuns: 1_000 },
    );
  });

  it('A3 never changes again once it has ended', () => {
    fc.assert(
      fc.property(opening, history, history, (first, signals, late) => {
        const world = play(new AttemptWorld(), [[0, first], ...signals]);
        world.rest();
        const ended = world.state;
        for (const [, signal] of late) {
          expect(stepAttempt(ended, at(world.now, signal))).toEqual({ state: ended, effects: [], ignored: true });
        }
      }),
    );
  });

  it('reports a signal as ignored only where it did nothing', () => {
    fc.assert(
      fc.property(history, (signals) => {
        for (const step of play(new AttemptWorld(), signals).steps) {
          if (step.ignored) expect(step.effects).toEqual([]);
        }
      }),
    );
  });
});

describe('A4 deadlines alone finish every phase', () => {
  it('an attempt under way always has a deadline armed', () => {
    fc.assert(
      fc.property(opening, history, (first, signals) => {
        const world = new AttemptWorld();
        for (const signal of [[0, first] as const, ...signals]) {
          play(world, [signal]);
          expect(world.armedFor !== undefined).toBe(world.state.phase !== 'ended');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  const answers: Record<string, Reconciliation> = {
    'the PBX cannot be reached': unreachablePbx,
    'no observer knows it': (now) => ({ type: 'missing', at: now, pbxRestarted: false }),
    'the PBX restarted': (now) => ({ type: 'missing', at: now, pbxRestarted: true }),
    'the journal has only answered': (now) => ({
      type: 'journal_answered',
      at: now,
      answeredAt: originatedAt,
      pbxRestarted: false,
    }),
    'the journal holds its end': (now) => ({ type: 'journal_ended', at: now, entry: journalEnded }),
    'its channel rings for ever': (now) => ({ type: 'channel_found', at: now, up: false }),
    'its channel talks for ever': (now) => ({ type: 'channel_found', at: now, up: true }),
    'dial2 lives for ever without dial1': (now) => ({ type: 'dial2_found', at: now }),
  };

  it.each(Object.entries(answers))('in a world in which %s', (_name, reconcile) => {
    fc.assert(
      fc.property(opening, history, (first, signals) => {
        const world = play(new AttemptWorld(reconcile), [[0, first], ...signals]);
        const lastSignalAt = world.now;
        world.rest();
        expect(world.state.phase).toBe('ended');
        // dial1 may have answered as late as the last signal. Its talk counts from there.
        const talkMs = plan.dial2RingTimeoutMs + plan.talkLimitMs + 2 * reconcileEveryMs;
        const latest =
          Math.max(latestEndAt(originatedAt, plan), lastSignalAt + talkMs) + giveUpMarginMs + reconcileEveryMs;
        // An attempt whose channel is seen to live is followed for longer.
        const isSeen = world.steps.some(
          ({ state }) =>
            'lastSeenAt' in state && (state.evidence.dial1AnsweredAt ?? state.evidence.journalEnded) !== undefined,
        );
        const followed = latestEndAt(originatedAt, plan) + followMaxMs + followEveryMs + reconcileEveryMs;
        expect(world.now).toBeLessThanOrEqual(isSeen ? followed : latest);
      }),
      { numRuns: 200 },
    );
  });

  it('a channel that outlives every limit is hung up before the attempt is given up', () => {
    const world = new AttemptWorld(answers['its channel talks for ever']);
    play(world, [
      [0, { type: 'start' }],
      [100, { type: 'answered' }],
    ]).rest();
    expect(world.effects.slice(-2).map((e) => e.type)).toEqual(['hang_up', 'conclude']);
    expect(world.concluded?.gaveUpAt).toBeDefined();
  });

  it('a cancel is repeated until the channel is gone', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray<Timeless>([{ type: 'rang' }, { type: 'answered' }]),
        fc.nat(2),
        (facts, position) => {
          const world = new AttemptWorld((now) => ({ type: 'channel_found', at: now, up: false }));
          const before: Timeless[] = [...facts.slice(0, position), { type: 'cancel' }, ...facts.slice(position)];
          play(world, [[0, { type: 'start' }], ...before.map((s) => [10, s] as const)]);
          const asked = world.count('hang_up');
          play(world, [[3 * reconcileEveryMs, { type: 'dial2_ended', cause: 16, uniqueId: '1.2' }]]);
          expect(asked).toBeGreaterThan(0);
          expect(world.count('hang_up')).toBeGreaterThan(asked + 1);
        },
      ),
    );
  });
});

/** What really happened, as facts in any order, and the reconciliation's answers after the end. */
interface Truth {
  /** Requested before any final event, or never. */
  readonly canceled?: boolean;
  readonly facts: readonly Timeless[];
  readonly reconcile: Reconciliation;
  /** Reconciliation answers that were true some time before the end. They arrive at any time. */
  readonly outdated: readonly Timeless[];
}

const dial1Failed: fc.Arbitrary<Truth> = fc
  .record({
    rang: fc.boolean(),
    ended: fc.constantFrom(
      { reason: 3, cause: 19 },
      { reason: 3, cause: 0 },
      { reason: 0, cause: 17, sipCode: 486 },
      { reason: 0, cause: 21, sipCode: 603 },
      { reason: 0, cause: 18 },
      { reason: 0, cause: 1, sipCode: 404 },
      { reason: 0, cause: 127 },
    ),
    canceled: fc.boolean(),
  })
  .map(({ rang, ended: { reason, ...hangup }, canceled }) => ({
    facts: [
      ...(rang ? [{ type: 'rang' } as const] : []),
      { type: 'originate_failed', reason },
      { type: 'dial1_ended', ...hangup, ...(rang && { rang }) },
    ],
    canceled,
    reconcile: (now) => ({ type: 'missing', at: now, pbxRestarted: false }),
    outdated: [
      { type: 'channel_found', up: false },
      { type: 'missing', pbxRestarted: false },
    ],
  }));

const dial1Answered: fc.Arbitrary<Truth> = fc
  .record({
    ended: fc.constantFrom(
      { dialStatus: 'ANSWER', cause: 16, talkMs: 5_000 },
      { dialStatus: 'BUSY', cause: 17, sipCode: 486, talkMs: 0 },
      { dialStatus: 'CHANUNAVAIL', cause: 21, sipCode: 603, talkMs: 0 },
      { dialStatus: 'CHANUNAVAIL', cause: 21, sipCode: 403, talkMs: 0 },
      { dialStatus: 'CHANUNAVAIL', cause: 1, sipCode: 404, talkMs: 0 },
      { dialStatus: 'CONGESTION', cause: 34, sipCode: 503, talkMs: 0 },
      { dialStatus: 'NOANSWER', cause: 19, sipCode: 480, talkMs: 0 },
      { dialStatus: 'NOANSWER', cause: 16, talkMs: 0 },
    ),
    journalKnowsWhy: fc.boolean(),
  })
  .map(({ ended: { dialStatus, cause: dial2Cause, sipCode: dial2SipCode, talkMs }, journalKnowsWhy }) => {
    const known = { dial2Cause, ...(dial2SipCode !== undefined && { dial2SipCode }) };
    const last = { ...journalWithoutWhy, dialStatus, talkMs, dial1Cause: dial2Cause, ...(journalKnowsWhy && known) };
    return {
      facts: [
        { type: 'answered' },
        {
          type: 'dial2_ended',
          cause: dial2Cause,
          ...(dial2SipCode !== undefined && { sipCode: dial2SipCode }),
          uniqueId: '1.2',
        },
        { type: 'dial1_ended', cause: dial2Cause },
        { type: 'journal_ended', entry: last },
      ],
      reconcile: (now: number): AttemptSignal => ({ type: 'journal_ended', at: now, entry: last }),
      outdated: [
        { type: 'channel_found', up: true },
        { type: 'channel_found', up: false },
        { type: 'missing', pbxRestarted: false },
        { type: 'journal_answered', answeredAt: originatedAt + 900, pbxRestarted: false },
      ],
    } satisfies Truth;
  });

function dispositions(world: AttemptWorld): string {
  if (world.concluded === undefined) throw new Error(`not concluded: ${JSON.stringify(world.state)}`);
  const { disposition, dial1, dial2, connected } = outcomeOf(world.concluded, world.now);
  return JSON.stringify([disposition, dial1.disposition, dial2?.disposition, connected]);
}

const asked = ({ canceled }: Truth): Timeless[] => (canceled ? [{ type: 'cancel' }] : []);

/** The same facts in any order, each up to twice, within moments, and with disturbances in between. */
const repeated = (truth: Truth) =>
  fc
    .record({
      first: opening,
      facts: fc.shuffledSubarray([...truth.facts, ...truth.facts], { minLength: truth.facts.length }),
      order: fc.shuffledSubarray([...truth.facts], { minLength: truth.facts.length }),
      trouble: fc.array(
        fc.constantFrom<Timeless>({ type: 'link_lost' }, { type: 'adopt', originatedAt }, ...truth.outdated),
        {
          maxLength: 5,
        },
      ),
      positions: fc.array(fc.nat(20), { minLength: 5, maxLength: 5 }),
    })
    .map(({ first, facts, order, trouble, positions }) => {
      // Every fact at least once, some of them twice.
      const all: Timeless[] = [...facts.slice(0, 3), ...order];
      for (const [i, t] of trouble.entries()) all.splice((positions[i] ?? 0) % (all.length + 1), 0, t);
      return [first, ...asked(truth), ...all].map((signal) => [20, signal] as const);
    });

describe('A5 order and repetition of final facts do not change what is concluded', () => {
  it.each([
    ['dial1 failed', dial1Failed],
    ['dial1 answered', dial1Answered],
  ])('%s', (_name, truths) => {
    fc.assert(
      fc.property(
        truths.chain((truth) => fc.tuple(fc.constant(truth), repeated(truth))),
        ([truth, story]) => {
          const plain = play(new AttemptWorld(truth.reconcile), [
            [0, { type: 'start' }],
            ...[...asked(truth), ...truth.facts].map((f) => [20, f] as const),
          ]);
          const confused = play(new AttemptWorld(truth.reconcile), story);
          plain.rest();
          confused.rest();
          expect(dispositions(confused)).toBe(dispositions(plain));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('a reconciliation’s answer that comes after the channel’s end revives nothing', () => {
    const world = play(new AttemptWorld(), [
      [0, { type: 'start' }],
      [50, { type: 'dial1_ended', cause: 17 }],
      [finalEventsMs + 100, { type: 'channel_found', up: true }],
    ]);
    expect(world.state.phase).toBe('detached');
  });

  it('a phone that rings after its refusal counts as ringing', () => {
    const world = play(new AttemptWorld(), [
      [0, { type: 'start' }],
      [50, { type: 'rang' }],
      [50, { type: 'refused', message: 'duplicate' }],
    ]);
    expect(world.state.phase).toBe('ringing');
  });
});

/** A history, and where another signal interrupts it: at the very instant of the signal before. */
const interrupted = (interruption: fc.Arbitrary<Timeless>) =>
  fc.record({
    first: opening,
    signals: history,
    interruptions: fc.array(fc.tuple(fc.nat(15), interruption), { minLength: 1, maxLength: 5 }),
  });

function withInterruptions(
  story: readonly (readonly [number, Timeless])[],
  interruptions: readonly (readonly [position: number, signal: Timeless])[],
): (readonly [number, Timeless])[] {
  const reported = [...story];
  for (const [position, signal] of interruptions) reported.splice(1 + (position % reported.length), 0, [0, signal]);
  return reported;
}

const anyPbx = fc.constantFrom<Reconciliation>(
  unreachablePbx,
  (now) => ({ type: 'missing', at: now, pbxRestarted: false }),
  (now) => ({ type: 'journal_ended', at: now, entry: journalWithoutWhy }),
  (now) => ({ type: 'channel_found', at: now, up: true }),
);

describe('the creation of dial2’s channel, reported at any time, twice or late', () => {
  const created = fc.record({
    type: fc.constant('dial2_created' as const),
    uniqueId: fc.constantFrom('1.2', '1.3', '1.4'),
  });
  const withoutDial2Id = ({ dial2Created: _dial2Created, ...evidence }: Evidence): Evidence => evidence;
  const deeds = (world: AttemptWorld): unknown[] =>
    world.effects
      .filter((e) => !(e.type === 'progress' && e.phase === 'dial2_created'))
      .map((e) => (e.type === 'conclude' ? withoutDial2Id(e.evidence) : e));

  it('changes nothing but the fact itself: no effect, no time, no conclusion', () => {
    fc.assert(
      fc.property(interrupted(created), anyPbx, ({ first, signals, interruptions }, reconcile) => {
        const story: (readonly [number, Timeless])[] = [
          [0, first],
          ...signals.filter(([, s]) => s.type !== 'dial2_created'),
        ];
        const plain = play(new AttemptWorld(reconcile), story);
        const reported = play(new AttemptWorld(reconcile), withInterruptions(story, interruptions));
        expect(reported.armedFor).toBe(plain.armedFor);
        plain.rest();
        reported.rest();
        expect(deeds(reported)).toEqual(deeds(plain));
        expect(reported.now).toBe(plain.now);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is progress once, with the first reported id', () => {
    fc.assert(
      fc.property(interrupted(created), ({ first, signals, interruptions }) => {
        const world = play(new AttemptWorld(), withInterruptions([[0, first], ...signals], interruptions));
        world.rest();
        const reported = world.effects.filter((e) => e.type === 'progress' && e.phase === 'dial2_created');
        expect(reported.length).toBeLessThanOrEqual(1);
        expect(reported.map((e) => (e.type === 'progress' ? e.uniqueId : undefined))).toEqual(
          world.concluded?.dial2Created === undefined ? [] : [world.concluded.dial2Created.uniqueId],
        );
      }),
    );
  });
});

describe('an attempt through the PBX’s own dialplan', () => {
  const hangupOfAnother = fc.record({
    type: fc.constant('dial2_ended' as const),
    cause,
    sipCode,
    uniqueId: fc.constantFrom('1.2', '1.3', '1.4'),
  });

  it('ignores the end of any channel but dial1’s, at any time', () => {
    fc.assert(
      fc.property(interrupted(hangupOfAnother), anyPbx, ({ first, signals, interruptions }, reconcile) => {
        const story: (readonly [number, Timeless])[] = [
          [0, first],
          ...signals.filter(([, s]) => s.type !== 'dial2_ended'),
        ];
        const plain = play(new AttemptWorld(reconcile, planViaLocalChannel), story);
        const reported = play(
          new AttemptWorld(reconcile, planViaLocalChannel),
          withInterruptions(story, interruptions),
        );
        // Their ends are remembered, in case one of the channels is dial2's. Nothing else follows.
        expect({ ...reported.state, endedChannels: undefined }).toEqual({ ...plain.state, endedChannels: undefined });
        plain.rest();
        reported.rest();
        expect(reported.effects).toEqual(plain.effects);
        expect(reported.now).toBe(plain.now);
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends with the journal’s last entry, and waits only for a dial2 that goes on', () => {
    fc.assert(
      fc.property(entry, (last) => {
        fc.pre(last !== journalOfDial2Alive);
        const world = play(new AttemptWorld(unreachablePbx, planViaLocalChannel), [
          [0, { type: 'start' }],
          [100, { type: 'answered' }],
          [100, { type: 'journal_ended', entry: last }],
        ]);
        expect(world.concluded).toMatchObject({ journalEnded: last });
      }),
    );
  });
});
