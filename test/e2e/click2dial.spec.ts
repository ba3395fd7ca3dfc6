import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CdrInbox } from '../support/cdr-inbox.ts';
import type { ApiAnswer } from '../support/redial.ts';
import { agent, aWorld, customer, invites, type World } from './world.ts';

/** The vendor's list, and a second consumer's own: who pops an entry takes it from everybody else. */
const vendorList = 'enigma:notifications:cdr';
const secondList = 'billing:cdr';

interface Click {
  readonly agent: string;
  readonly callee: string;
  readonly outbound_id: string;
  readonly contact_ref?: string;
  readonly call_ref?: string;
}

type Send = (world: World, click: object) => Promise<ApiAnswer>;
const query = (click: object) => new URLSearchParams(Object.entries(click)).toString();
const postJson: Send = ({ redial }, click) => redial.request('POST', '/click2dial/calls', click);
const getQuery: Send = ({ redial }, click) => redial.request('GET', `/call.php?${query(click)}`);
const postForm: Send = ({ redial }, click) =>
  redial.request('POST', '/call.php', query(click), { 'content-type': 'application/x-www-form-urlencoded' });

/** 27… as the vendor's callers write it at home. */
const national = (number: string) => `0${number.slice(2)}`;

/** Answers the vendor's name for the call. */
async function click(world: World, fields: Click, send: Send = postJson): Promise<string> {
  const { status, body } = await send(world, fields);
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      success: true,
      call_ref: expect.stringMatching(/^call_/),
      contact_ref: fields.contact_ref ?? fields.call_ref ?? body.call_ref,
    },
  });
  return body.call_ref;
}

describe('given a click-to-call integration', () => {
  const world = aWorld({
    sinks: [
      { type: 'redis-list', name: 'enigma', key: vendorList, format: 'click2dial' },
      { type: 'redis-list', name: 'billing', key: secondList, format: 'click2dial' },
    ],
  });
  let consumers: CdrInbox[] = [];
  beforeAll(() => {
    consumers = [vendorList, secondList].map(
      (list) => new CdrInbox(world.redis.url, list, (entry) => entry.payload.call_ref),
    );
  });
  afterAll(() => Promise.all(consumers.map((consumer) => consumer.close())));

  const ways = [
    { way: 'POST /click2dial/calls with contact_ref', send: postJson, ref: { contact_ref: 'v3.contact-1' } },
    { way: 'POST /click2dial/calls with call_ref, as before v3', send: postJson, ref: { call_ref: 'v2.call-2' } },
    { way: 'GET /call.php', send: getQuery, ref: { contact_ref: 'php~get:3' } },
    { way: 'POST /call.php', send: postForm, ref: { call_ref: 'php_post.4' } },
  ].map((row, index) => ({ ...row, which: index + 1 }));

  it.each(ways)('when it comes by $way, then both phones ring once and the headers reach the agent alone', async (row) => {
    const [dial1, dial2] = [agent('answers', row.which), customer('answersAndHangsUp', row.which)];
    const fields = { agent: dial1, callee: national(dial2), outbound_id: '0110005555', ...row.ref };
    const reference = Object.values(row.ref)[0];
    const id = await click(world, fields, row.send);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ dialect: 'click2dial', reference, disposition: 'answered', dial2: { cause: 16 } });
    expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([
      { headers: { 'X-Teleforge-Outbound-ID': '27110005555', 'X-Teleforge-Call-Ref': reference } },
    ]);
    expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: '27110005555', headers: {} }]);
    const [entry] = await consumers[0].next(id);
    expect(entry.payload).toMatchObject({ contact_ref: reference, number: dial2, dial_number: '27110005555' });
  });

  it.each([
    { outbound_id: 'random', seen: '27110002222', which: 11 },
    { outbound_id: 'tvc_spring', seen: '27110003333', which: 12 },
    { outbound_id: '27110007777', seen: '27110007777', which: 13 },
  ])('when outbound_id is $outbound_id, then the callee sees $seen', async ({ outbound_id, seen, which }) => {
    const [dial1, dial2] = [agent('answers', which), customer('answersAndHangsUp', which)];
    const id = await click(world, { agent: dial1, callee: `00${dial2}`, outbound_id });
    const [entry] = await consumers[0].next(id);
    expect(entry.payload).toMatchObject({ dial_number: seen, contact_ref: id });
    expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: seen }]);
    expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([
      { headers: { 'X-Teleforge-Outbound-ID': seen, 'X-Teleforge-Call-Ref': id } },
    ]);
  });

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
      nobody: true,
      // Asterisk gives 19 to its own ring timeout; the vendor's 19 is "reject".
      end: { end_reason: 'timeout', end_code: 102 },
      raw: { disposition: 'no_answer', dial1: { cause: 19, reason: 3 }, dial2: { disposition: 'not_dialed' } },
      seen: [1, 0],
    },
    {
      when: 'the agent is busy',
      dial1: agent('busy', 27),
      dial2: customer('answers', 27),
      nobody: true,
      end: { end_reason: 'busy', end_code: 17 },
      raw: { disposition: 'busy', dial1: { cause: 17 }, dial2: { disposition: 'not_dialed' } },
      seen: [1, 0],
    },
    {
      when: 'the agent is not registered',
      dial1: agent('notRegistered', 28),
      dial2: customer('answers', 28),
      nobody: true,
      end: { end_reason: 'error', end_code: 20 },
      raw: { disposition: 'unreachable', dial1: { reason: 0 }, dial2: { disposition: 'not_dialed' } },
      seen: [0, 0],
    },
  ];

  it.concurrent.each(endings)(
    'when $when, then both consumers get one entry: $end.end_reason, $end.end_code',
    async ({ dial1, dial2, nobody, end, raw, seen }) => {
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
              extension: nobody ? null : dial1,
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

  const bad = [
    { what: 'an agent that is no extension', field: 'agent', value: '2001' },
    { what: 'an agent that names more than one channel', field: 'agent', value: '1031&1032' },
    { what: 'a callee in no known form', field: 'callee', value: '4930123456' },
    { what: 'a callee with a second line', field: 'callee', value: '0820000031\r\nAction: Hangup' },
    { what: 'a campaign without a caller ID', field: 'outbound_id', value: 'tvc_autumn' },
    { what: 'a reference with an expression', field: 'contact_ref', value: '${SHELL(id)}' },
    { what: 'a field that it does not know', field: 'exten', value: '1031' },
  ];

  it('when a request is bad, then every way names the field in the vendor’s shape and no phone rings', async () => {
    const good = {
      agent: agent('answers', 31),
      callee: customer('answersAndHangsUp', 31),
      outbound_id: '27110005555',
      contact_ref: 'refused',
    };
    for (const send of [postJson, getQuery, postForm]) {
      for (const { what, field, value } of bad) {
        const { status, body } = await send(world, { ...good, [field]: value });
        expect({ what, status, body }).toEqual({
          what,
          status: 400,
          body: { success: false, message: expect.any(String), errors: [{ field, message: expect.any(String) }] },
        });
      }
    }
    const listed = await world.redial.request('GET', '/v1/calls?reference=refused');
    expect(listed.body.calls).toEqual([]);
    // A good call placed after them is dialled after them: whatever would have rung has rung by its end.
    const id = await click(world, { ...good, contact_ref: 'taken' });
    await world.redial.inbox.next(id);
    expect([invites(world, good.agent), invites(world, good.callee), invites(world, '2001')]).toEqual([1, 1, 0]);
  });
});

describe('given a tenant with the header prefix of before v4', () => {
  const world = aWorld({ tenant: { click2dial: { headerPrefix: 'X-Platforma-' } } });

  it('when it clicks, then the agent’s INVITE has the old names and not the new ones', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('answersAndHangsUp', 1)];
    const id = await click(world, { agent: dial1, callee: dial2, outbound_id: 'tvc_spring', contact_ref: 'old-1' });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', dial2: { cause: 16 } });
    expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.headers)).toEqual([
      { 'X-Platforma-Outbound-ID': '27110003333', 'X-Platforma-Call-Ref': 'old-1' },
    ]);
    expect(invites(world, dial2)).toBe(1);
  });
});
