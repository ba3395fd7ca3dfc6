import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CdrInbox } from '../support/cdr-inbox.ts';
import { click } from './click.ts';
import { agent, aWorld, customer, invites } from './world.ts';

/**
 * The vendor's list, and another list for a second consumer: an entry that one consumer pops is gone for the others.
 */
const vendorList = 'enigma:notifications:cdr';
const secondList = 'billing:cdr';

describe('given two consumers of the vendor’s CDRs, each with a list of its own', () => {
  const world = aWorld({
    sinks: [
      { type: 'redis-list', name: 'enigma', key: vendorList, format: 'click2dial' },
      { type: 'redis-list', name: 'billing', key: secondList, format: 'click2dial' },
    ],
  });
  let consumers: readonly CdrInbox[] = [];
  beforeAll(() => {
    consumers = [vendorList, secondList].map(
      (list) => new CdrInbox(world.redis.url, list, (entry) => entry.payload.call_ref),
    );
  });
  afterAll(() => Promise.all(consumers.map((consumer) => consumer.close())));

  const endings = [
    {
      when: 'the callee hangs up',
      dial1: agent('answers', 21),
      dial2: customer('answersAndHangsUp', 21),
      end: { end_reason: 'callee_hungup', end_code: 16 },
      raw: { disposition: 'answered', dial2: { cause: 16 } },
      seen: [1, 1],
    },
    {
      when: 'the agent hangs up',
      dial1: agent('answersAndHangsUp', 22),
      dial2: customer('answers', 22),
      end: { end_reason: 'agent_hungup', end_code: 16 },
      raw: { disposition: 'answered', dial1: { cause: 16 } },
      seen: [1, 1],
    },
    {
      when: 'the callee is busy',
      dial1: agent('answers', 23),
      dial2: customer('busy', 23),
      end: { end_reason: 'busy', end_code: 17 },
      raw: { disposition: 'busy', dial2: { cause: 17, sipCode: 486 } },
      seen: [1, 1],
    },
    {
      when: 'the callee declines',
      dial1: agent('answers', 24),
      dial2: customer('declines', 24),
      end: { end_reason: 'reject', end_code: 21 },
      raw: { disposition: 'rejected', dial2: { cause: 21, sipCode: 603 } },
      seen: [1, 1],
    },
    {
      when: 'the callee does not exist',
      dial1: agent('answers', 25),
      dial2: customer('notFound', 25),
      end: { end_reason: 'error', end_code: 28 },
      raw: { disposition: 'invalid_number', dial2: { cause: 1, sipCode: 404 } },
      seen: [1, 1],
    },
    {
      when: 'the agent does not answer',
      dial1: agent('ringsForEver', 26),
      dial2: customer('answers', 26),
      isAbsent: true,
      // Asterisk gives 19 to its own ring timeout. The vendor's 19 is "reject".
      end: { end_reason: 'timeout', end_code: 102 },
      raw: { disposition: 'no_answer', dial1: { cause: 19, reason: 3 }, dial2: { disposition: 'not_dialed' } },
      seen: [1, 0],
    },
    {
      when: 'the agent is busy',
      dial1: agent('busy', 27),
      dial2: customer('answers', 27),
      isAbsent: true,
      end: { end_reason: 'busy', end_code: 17 },
      raw: { disposition: 'busy', dial1: { cause: 17 }, dial2: { disposition: 'not_dialed' } },
      seen: [1, 0],
    },
    {
      when: 'the agent is not registered',
      dial1: agent('notRegistered', 28),
      dial2: customer('answers', 28),
      isAbsent: true,
      end: { end_reason: 'error', end_code: 20 },
      raw: { disposition: 'unreachable', dial1: { reason: 0 }, dial2: { disposition: 'not_dialed' } },
      seen: [0, 0],
    },
  ];

  it.concurrent.each(endings)(
    'when $when, then both consumers get one entry: $end.end_reason, $end.end_code',
    async ({ dial1, dial2, isAbsent, end, raw, seen }) => {
      const before = Math.floor(Date.now() / 1000);
      const fields = { agent: dial1, callee: dial2, outbound_id: '27110005555', contact_ref: `ref-${dial1}` };
      const id = await click(world, fields);
      const entries = await Promise.all(consumers.map((consumer) => consumer.next(id)));
      const [cdr] = await world.redial.inbox.next(id);
      const after = Math.ceil(Date.now() / 1000);
      expect(cdr).toMatchObject(raw);
      for (const got of entries) {
        expect(got).toEqual([
          {
            type: 'cdr',
            payload: {
              extension: isAbsent ? null : dial1,
              number: dial2,
              dial_number: '27110005555',
              call_ref: id,
              contact_ref: `ref-${dial1}`,
              dialed_at: Math.floor(Date.parse(cdr.startedAt) / 1000),
              ...end,
              call_time: Math.round((Date.parse(cdr.endedAt) - Date.parse(cdr.startedAt)) / 1000),
              hold_time: 0,
              call_dir: 'outbound',
              recording_url: null,
              ref: 'click-dial',
            },
          },
        ]);
        expect(got[0].payload.dialed_at).toBeGreaterThanOrEqual(before);
        expect(got[0].payload.dialed_at).toBeLessThanOrEqual(after);
      }
      expect([invites(world, dial1), invites(world, dial2)]).toEqual(seen);
    },
  );
});
