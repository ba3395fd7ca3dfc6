import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, untilBothTalk } from './world.ts';

describe('given the headers and variables of a call', () => {
  const world = aWorld();

  it('when it has headers for both legs, then each phone sees its own and none of the other’s', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('answersAndHangsUp', 1)];
    const headers = {
      dial1: { 'X-Contact': 'c-4711', 'X-Screen-Pop': 'https://crm.example/contacts/4711#call=1' },
      dial2: { 'X-Campaign': 'spring 2026', 'X-Odd': '~a.b_c:d@e+f=g/h#i*j-k' },
    };
    const id = await place(world, { dial1, dial2: `+${dial2}`, headers });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', dial2: { cause: 16, dialStatus: 'ANSWER' } });
    expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.headers)).toEqual([headers.dial1]);
    expect(world.pbx.phones.invitesTo(dial2).map((invite) => invite.headers)).toEqual([headers.dial2]);
  });

  it('when it has the maximum number and length of headers, then all of them arrive complete', async () => {
    const [dial1, dial2] = [agent('answers', 2), customer('answersAndHangsUp', 2)];
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`X-Header-${i}`, `${i}`.repeat(250)]));
    const id = await place(world, { dial1, dial2: `+${dial2}`, headers: { dial1: ten, dial2: ten } });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr.disposition).toBe('answered');
    for (const user of [dial1, dial2])
      expect(world.pbx.phones.invitesTo(user).map((invite) => invite.headers)).toEqual([ten]);
  });

  it('when both legs are extensions and dial2 is busy, then its INVITE still had the headers', async () => {
    const [dial1, dial2] = [agent('answers', 3), agent('busy', 3)];
    const headers = { dial1: { 'X-Leg': 'one' }, dial2: { 'X-Leg': 'two' } };
    const id = await place(world, { dial1, dial2, headers });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'busy', dial2: { cause: 17, sipCode: 486 } });
    expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([{ headers: { 'X-Leg': 'one' } }]);
    expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ headers: { 'X-Leg': 'two' } }]);
  });

  it('when it sets an allowed variable, then dial1’s channel has it while they talk', async () => {
    const [dial1, dial2] = [agent('answers', 4), customer('answers', 4)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, variables: { CAMPAIGN: 'spring=2026 #1' } });
    await untilBothTalk(world, dial2);
    const channels = await world.pbx.asterisk.cli('core show channels concise');
    const channel = new RegExp(`^(PJSIP/${dial1}-[^!]+)!`, 'm').exec(channels)?.[1];
    expect(await world.pbx.asterisk.cli(`core show channel ${channel}`)).toMatch(/^CAMPAIGN=spring=2026 #1\r?$/m);
    await world.redial.request('POST', `/v1/calls/${id}/cancel`);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', endedBy: 'redial' });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });

  it.each([
    { what: 'a variable that is not on the list', field: '/variables/OTHER', extra: { variables: { OTHER: '1' } } },
    {
      what: 'a variable that would be a function',
      field: '/variables/DB(redial~11)',
      extra: { variables: { 'DB(redial/1)': 'x' } },
    },
    {
      what: 'a header that does not begin with X-',
      field: '/headers/dial1/Route',
      extra: { headers: { dial1: { Route: 'x' } } },
    },
    {
      what: 'a header with a second line',
      field: '/headers/dial2/X-A',
      extra: { headers: { dial2: { 'X-A': 'a\r\nX-B: b' } } },
    },
  ])('when it brings $what, then it is refused and no phone rings', async ({ field, extra }) => {
    const [dial1, dial2] = [agent('answers', 5), customer('answersAndHangsUp', 5)];
    const { status, body } = await world.redial.request('POST', '/v1/calls', { dial1, dial2: `+${dial2}`, ...extra });
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
  });
});

describe('given phones that answer by themselves', () => {
  const world = aWorld({
    tenant: { extensions: { pattern: '1[0-9]{3}', autoAnswer: { header: 'call-info' } } },
  });
  const callInfo = '<sip:127.0.0.1>;answer-after=0';

  it('when dial1 is an extension, then its INVITE states it and dial2’s does not, even for an extension', async () => {
    const [dial1, dial2, customer2] = [agent('answers', 1), agent('busy', 1), customer('answersAndHangsUp', 1)];
    const [toColleague, outside] = [
      await place(world, { dial1, dial2 }),
      await place(world, { dial1: agent('answers', 2), dial2: `+${customer2}` }),
    ];
    await Promise.all([world.redial.inbox.next(toColleague), world.redial.inbox.next(outside)]);
    expect(world.pbx.phones.invitesTo(dial1)[0]?.headers).toEqual({ 'Call-Info': callInfo });
    expect(world.pbx.phones.invitesTo(agent('answers', 2))[0]?.headers).toEqual({ 'Call-Info': callInfo });
    for (const user of [dial2, customer2]) expect(world.pbx.phones.invitesTo(user)[0]?.headers).toEqual({});
  });

  it('when dial1 is outside, or the request forbids it, then its phone rings as usual', async () => {
    const [outside, dial1] = [customer('answers', 3), agent('answers', 3)];
    const ids = [
      await place(world, { dial1: `+${outside}`, dial2: agent('busy', 3) }),
      await place(world, { dial1, dial2: agent('busy', 4), dial1AutoAnswer: false }),
    ];
    await Promise.all(ids.map((id) => world.redial.inbox.next(id)));
    for (const user of [outside, dial1]) expect(world.pbx.phones.invitesTo(user)[0]?.headers).toEqual({});
  });

  it.each([
    ['Doe, John', 'Doe John', 10],
    ['Café “Zur Post” 🎉', 'Café “Zur Post”', 11],
    ['50% Off [Sales] N° 5', '50% Off [Sales] N° 5', 12],
    ['李小龍 O´Brien', '李小龍 O´Brien', 13],
  ])('when the name beside the caller ID is %s, then the phone is shown %s', async (written, shown, which) => {
    const dial1 = agent('answers', which);
    const id = await place(world, { dial1, dial2: agent('busy', which), dial1CallerName: written });
    await world.redial.inbox.next(id);
    expect(world.pbx.phones.invitesTo(dial1)[0]?.fromName).toBe(shown);
  });
});

describe('given caller IDs', () => {
  const world = aWorld();
  const rows = [
    { when: 'none is named', request: {}, dial1Sees: '27110001111', dial2Sees: '27110001111' },
    {
      when: 'one is named',
      request: { callerId: '+27110004444' },
      dial1Sees: '27110004444',
      dial2Sees: '27110004444',
    },
    {
      when: 'dial1 has its own',
      request: { callerId: '0110004444', dial1CallerId: '+27110009999' },
      dial1Sees: '27110009999',
      dial2Sees: '27110004444',
    },
    {
      when: 'dial1 has its own and dial2 the default',
      request: { dial1CallerId: '1999' },
      dial1Sees: '1999',
      dial2Sees: '27110001111',
    },
  ].map((row, index) => ({ ...row, which: index + 1 }));

  it.concurrent.each(rows)(
    'when $when, then dial1 sees $dial1Sees, dial2 $dial2Sees, and the CDR has dial2’s',
    async ({ request, dial1Sees, dial2Sees, which }) => {
      const [dial1, dial2] = [agent('answers', which), customer('answersAndHangsUp', which)];
      const id = await place(world, { dial1, dial2: `+${dial2}`, ...request });
      const [cdr] = await world.redial.inbox.next(id);
      expect(cdr).toMatchObject({ disposition: 'answered', callerId: dial2Sees, dial2: { cause: 16 } });
      expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.from)).toEqual([dial1Sees]);
      expect(world.pbx.phones.invitesTo(dial2).map((invite) => invite.from)).toEqual([dial2Sees]);
    },
  );
});
