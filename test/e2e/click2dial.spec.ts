import { describe, expect, it } from 'vitest';
import { click, getQuery, postForm, postJson } from './click.ts';
import { agent, aWorld, customer, invites } from './world.ts';

/** 27… in the national form. */
const national = (number: string) => `0${number.slice(2)}`;

const campaigns = { spring: '27110003333' };

describe('given a click-to-call integration', () => {
  const world = aWorld({ tenant: { dialects: { click2dial: { campaigns } } } });

  const ways = [
    { way: 'POST /click2dial/calls with contact_ref', send: postJson, ref: { contact_ref: 'v3.contact-1' } },
    { way: 'POST /click2dial/calls with call_ref, as before v3', send: postJson, ref: { call_ref: 'v2.call-2' } },
    { way: 'GET /call.php', send: getQuery, ref: { contact_ref: 'php~get:3' } },
    { way: 'POST /call.php', send: postForm, ref: { call_ref: 'php_post.4' } },
  ].map((row, index) => ({ ...row, which: index + 1 }));

  it.concurrent.each(ways)(
    'when it comes by $way, then both phones ring once and the headers reach only the agent',
    async (row) => {
      const [dial1, dial2] = [agent('answers', row.which), customer('answersAndHangsUp', row.which)];
      const fields = { agent: dial1, callee: national(dial2), outbound_id: '0110005555', ...row.ref };
      const reference = Object.values(row.ref)[0];
      const id = await click(world, fields, row.send);
      const [cdr] = await world.redial.inbox.next(id);
      expect(cdr).toMatchObject({ dialect: 'click2dial', reference, disposition: 'answered', dial2: { cause: 16 } });
      expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([
        { headers: { 'X-Teleforge-Outbound-ID': '27110005555', 'X-Teleforge-Call-Ref': reference } },
      ]);
      expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: '27110005555' }]);
      expect(world.pbx.phones.invitesTo(dial2).map((invite) => invite.headers)).toEqual([{}]);
    },
  );

  it.concurrent.each([
    { outbound_id: 'random', seen: '27110002222', which: 11 },
    { outbound_id: 'tvc_spring', seen: '27110003333', which: 12 },
    { outbound_id: '27110007777', seen: '27110007777', which: 13 },
  ])('when outbound_id is $outbound_id, then the callee sees $seen', async ({ outbound_id, seen, which }) => {
    const [dial1, dial2] = [agent('answers', which), customer('answersAndHangsUp', which)];
    const id = await click(world, { agent: dial1, callee: `00${dial2}`, outbound_id });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', callerId: seen, reference: id, dial2: { cause: 16 } });
    expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: seen }]);
    expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([
      { headers: { 'X-Teleforge-Outbound-ID': seen, 'X-Teleforge-Call-Ref': id } },
    ]);
  });

  const bad = [
    { what: 'an agent that is no extension', field: 'agent', value: '2001' },
    { what: 'an agent that names more than one channel', field: 'agent', value: '1031&1032' },
    { what: 'a callee in no known form', field: 'callee', value: '4930123456' },
    { what: 'a callee with a second line', field: 'callee', value: '0820000031\r\nAction: Hangup' },
    { what: 'a campaign without a caller ID', field: 'outbound_id', value: 'tvc_autumn' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Asterisk's, not of ours
    { what: 'a reference with an expression', field: 'contact_ref', value: '${SHELL(id)}' },
    { what: 'a field that it does not know', field: 'exten', value: '1031' },
  ];

  it('when a request is bad, then every way names the field in the vendor’s format and no phone rings', async () => {
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
    // A good call placed after them is dialled after them: a bad call would have rung before its end.
    const id = await click(world, { ...good, contact_ref: 'taken' });
    await world.redial.inbox.next(id);
    expect([invites(world, good.agent), invites(world, good.callee), invites(world, '2001')]).toEqual([1, 1, 0]);
  });
});

describe('given a tenant with the header prefix of before v4', () => {
  const world = aWorld({ tenant: { dialects: { click2dial: { headerPrefix: 'X-Platforma-', campaigns } } } });

  it('when it clicks, then the agent’s INVITE has the old header names and not the new ones', async () => {
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
