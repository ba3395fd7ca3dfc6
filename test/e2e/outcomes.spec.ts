import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

/** One call each: HTTP in, SIP out, CDR back. Causes are Q.850's and codes SIP's, as Asterisk reports them. */
interface Row {
  readonly when: string;
  readonly dial1: string;
  readonly dial2: string;
  readonly expected: {
    readonly disposition: string;
    readonly dial1: Readonly<Record<string, unknown>>;
    readonly dial2: Readonly<Record<string, unknown>>;
    readonly callState: string;
    readonly invites: readonly [dial1: number, dial2: number];
  };
  /** Overrides fields of the request. */
  readonly request?: Readonly<Record<string, unknown>>;
}

const answered = { disposition: 'answered' };
const notDialed = { disposition: 'not_dialed' };

const rows: readonly Row[] = [
  {
    when: 'both answer, and dial2 hangs up',
    dial1: agent('answers', 1),
    dial2: customer('answersAndHangsUp', 1),
    expected: {
      disposition: 'answered',
      dial1: answered,
      dial2: { ...answered, dialStatus: 'ANSWER' },
      callState: 'completed',
      invites: [1, 1],
    },
  },
  {
    when: 'both answer, and dial1 hangs up',
    dial1: agent('answersAndHangsUp', 1),
    dial2: customer('answers', 1),
    expected: { disposition: 'answered', dial1: answered, dial2: answered, callState: 'completed', invites: [1, 1] },
  },
  {
    when: 'two extensions talk',
    dial1: agent('answers', 2),
    dial2: agent('answersAndHangsUp', 2),
    expected: { disposition: 'answered', dial1: answered, dial2: answered, callState: 'completed', invites: [1, 1] },
  },
  {
    when: 'dial1 is an outside number',
    dial1: customer('answers', 2),
    dial2: customer('answersAndHangsUp', 2),
    expected: { disposition: 'answered', dial1: answered, dial2: answered, callState: 'completed', invites: [1, 1] },
  },
  {
    when: 'dial1 does not answer',
    dial1: agent('ringsForEver', 1),
    dial2: customer('answers', 3),
    expected: {
      disposition: 'no_answer',
      dial1: { disposition: 'no_answer', cause: 19, sipCode: null, reason: 3 },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [1, 0],
    },
  },
  {
    when: 'dial1 is busy',
    dial1: agent('busy', 1),
    dial2: customer('answers', 4),
    expected: {
      disposition: 'busy',
      dial1: { disposition: 'busy', cause: 17 },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [1, 0],
    },
  },
  {
    when: 'dial1 declines',
    dial1: agent('declines', 1),
    dial2: customer('answers', 5),
    expected: {
      disposition: 'rejected',
      dial1: { disposition: 'rejected', cause: 21 },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [1, 0],
    },
  },
  {
    when: 'dial1 is not registered',
    dial1: agent('notRegistered', 1),
    dial2: customer('answers', 6),
    expected: {
      disposition: 'unreachable',
      dial1: { disposition: 'unreachable', reason: 0 },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [0, 0],
    },
  },
  {
    when: 'dial1’s contact is dead',
    dial1: agent('deadContact', 1),
    dial2: customer('answers', 7),
    expected: {
      disposition: 'no_answer',
      dial1: { disposition: 'no_answer', cause: 19, reason: 3, ringingAt: null },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [0, 0],
    },
  },
  {
    when: 'dial2 is busy',
    dial1: agent('answers', 3),
    dial2: customer('busy', 1),
    expected: {
      disposition: 'busy',
      dial1: answered,
      dial2: { disposition: 'busy', cause: 17, sipCode: 486 },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2 does not answer',
    dial1: agent('answers', 4),
    dial2: customer('ringsForEver', 1),
    expected: {
      disposition: 'no_answer',
      dial1: answered,
      dial2: { disposition: 'no_answer', dialStatus: 'NOANSWER' },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2 does not exist (404)',
    dial1: agent('answers', 5),
    dial2: customer('notFound', 1),
    expected: {
      disposition: 'invalid_number',
      dial1: answered,
      dial2: { disposition: 'invalid_number', cause: 1, sipCode: 404 },
      callState: 'failed',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2’s carrier is congested (503)',
    dial1: agent('answers', 6),
    dial2: customer('unavailable', 1),
    request: {
      retryPolicy: {
        maxRetries: 0,
        delaySeconds: 1,
        networkBudget: { maxRetries: 0, windowSeconds: 60, delaySeconds: 1 },
      },
    },
    expected: {
      disposition: 'congestion',
      dial1: answered,
      dial2: { disposition: 'congestion', cause: 34, sipCode: 503 },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2 declines (603)',
    dial1: agent('answers', 7),
    dial2: customer('declines', 1),
    expected: {
      disposition: 'rejected',
      dial1: answered,
      dial2: { disposition: 'rejected', cause: 21, sipCode: 603 },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'the agent hangs up while dial2 rings',
    dial1: agent('answersAndHangsUp', 3),
    dial2: customer('ringsForEver', 2),
    request: { dial2RingTimeoutSeconds: 20 },
    expected: {
      disposition: 'dial1_hung_up',
      dial1: answered,
      dial2: { disposition: 'dial1_hung_up', dialStatus: 'CANCEL' },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'the talk limit ends the call',
    dial1: agent('answers', 8),
    dial2: customer('answers', 8),
    request: { talkLimitSeconds: 1 },
    expected: { disposition: 'answered', dial1: answered, dial2: answered, callState: 'completed', invites: [1, 1] },
  },
  {
    when: 'dial2 plays its own ringing (183) and is away then (480)',
    dial1: agent('answers', 9),
    dial2: '27834480001',
    request: { trunk: 'numbered' },
    expected: {
      disposition: 'no_answer',
      dial1: answered,
      dial2: { disposition: 'no_answer', sipCode: 480, ringingAt: expect.any(String), ringMs: expect.any(Number) },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2 refuses with an unusual code (470)',
    dial1: agent('answers', 10),
    dial2: '27831470001',
    request: { trunk: 'numbered' },
    expected: {
      disposition: 'not_allowed',
      dial1: answered,
      dial2: { disposition: 'not_allowed', sipCode: 470, ringingAt: null },
      callState: 'failed',
      invites: [1, 1],
    },
  },
  {
    when: 'dial2 is not registered',
    dial1: agent('answers', 11),
    dial2: agent('notRegistered', 30),
    expected: {
      disposition: 'unreachable',
      dial1: { ...answered, sipCode: null },
      dial2: { disposition: 'unreachable', cause: null, sipCode: null },
      callState: 'exhausted',
      invites: [1, 0],
    },
  },
  {
    when: 'dial1’s phone forwards',
    dial1: '2605',
    dial2: customer('answers', 9),
    expected: {
      disposition: 'unreachable',
      dial1: { disposition: 'unreachable' },
      dial2: notDialed,
      callState: 'exhausted',
      invites: [1, 0],
    },
  },
  {
    when: 'the carrier forwards dial2',
    dial1: agent('answers', 12),
    dial2: '27837000003',
    request: { trunk: 'numbered' },
    expected: {
      disposition: 'unreachable',
      dial1: answered,
      dial2: { disposition: 'unreachable' },
      callState: 'exhausted',
      invites: [1, 1],
    },
  },
];

describe('given a call to be placed now', () => {
  const world = aWorld();

  it.concurrent.each(rows)(
    'when $when, then one true CDR: $expected.disposition',
    async ({ dial1, dial2, request, expected }) => {
      const id = await place(world, {
        dial1,
        dial2: dial2.startsWith('27') ? `+${dial2}` : dial2,
        reference: `ref-${dial1}-${dial2}`,
        ...request,
      });
      const [cdr] = await world.redial.inbox.next(id);
      expect(cdr).toMatchObject({
        callId: id,
        reference: `ref-${dial1}-${dial2}`,
        disposition: expected.disposition,
        connected: expected.disposition === 'answered',
        dial1: expected.dial1,
        dial2: expected.dial2,
      });
      if (expected.disposition === 'answered') expect(cdr.talkMs).toBeGreaterThan(500);
      expect(await read(world, id)).toMatchObject({
        state: expected.callState,
        attempts: [{ disposition: expected.disposition }],
      });
      expect([invites(world, dial1), invites(world, dial2)]).toEqual(expected.invites);
      expect(world.redial.inbox.of(id)).toHaveLength(1);
    },
  );
});

describe('given a tenant whose extensions ring all their devices, and whose forwards are followed', () => {
  const world = aWorld({
    tenant: {
      extensions: {
        pattern: '[12][0-9]{3}',
        ring: 'all',
        forwards: 'connect',
        autoAnswer: { header: 'answer-mode', always: false },
      },
      defaults: { dial1RingTimeoutSeconds: 3, dial2RingTimeoutSeconds: 3, talkLimitSeconds: 1 },
    },
  });
  const answers = customer('answers', 20);
  const colleague = agent('answers', 20);

  it.each([
    ['dial1 has two devices', '2610', answers, 'answered', 'answered', ['1101', '1003', answers]],
    ['dial2 has two devices', colleague, '2610', 'answered', 'answered', ['1101', '1003', colleague]],
    ['both devices of dial1 are busy', '2611', answers, 'busy', 'not_dialed', ['1201', '1202']],
    [
      'dial2 has two devices, and neither answers',
      colleague,
      '2612',
      'answered',
      'no_answer',
      ['1203', '1102', colleague],
    ],
    ['dial1’s phone forwards to a colleague', '2601', answers, 'answered', 'answered', ['2601', '1001', answers]],
    ['dial2’s phone forwards to a colleague', colleague, '2601', 'answered', 'answered', ['2601', '1001']],
    ['dial1’s phone forwards to a busy phone', '2603', answers, 'busy', 'not_dialed', ['2603', '1201']],
    ['dial1 is not registered', agent('notRegistered', 20), answers, 'unreachable', 'not_dialed', []],
  ] as const)(
    'when %s, then each phone rings once and the CDR is true',
    async (_, dial1, dial2, first, second, rung) => {
      const before = rung.map((user) => invites(world, user));
      const id = await place(world, { dial1, dial2: dial2.startsWith('27') ? `+${dial2}` : dial2 });
      const [cdr] = await world.redial.inbox.next(id);
      const disposition = first === 'answered' ? second : first;
      expect(cdr).toMatchObject({
        disposition,
        connected: disposition === 'answered',
        dial1: { disposition: first },
        dial2: { disposition: second },
      });
      expect(await read(world, id)).toMatchObject({ state: disposition === 'answered' ? 'completed' : 'exhausted' });
      expect(rung.map((user, n) => invites(world, user) - (before[n] ?? 0))).toEqual(rung.map(() => 1));
    },
  );

  it('when a header is requested, then each phone of the extension has it', async () => {
    const headers = { dial1: { 'X-Case': 'one' }, dial2: { 'X-Case': 'two' } };
    const id = await place(world, { dial1: agent('answers', 21), dial2: agent('answers', 22), headers });
    await world.redial.inbox.next(id);
    const said = ['1021', '1022'].map((user) => world.pbx.phones.invitesTo(user).map((one) => one.headers['X-Case']));
    expect(said).toEqual([['one'], ['two']]);
  });
});
