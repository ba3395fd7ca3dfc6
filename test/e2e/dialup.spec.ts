import { formatInstant } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { credentials, dialup, type Fields, inAMonth, vendorTenant } from '../support/vendors.ts';
import { agent, aWorld, cdrTo, customer, invites, national, read } from './world.ts';

/** A client of dialup: GET, or POST, and a text with ok or fail. */
describe('given a dialup integration', () => {
  const world = aWorld({ tenant: vendorTenant });
  const dial = (fields: Fields, send = dialup.get) => send(world.redial, fields);

  it.each([
    ['GET', dialup.get, 1],
    ['POST', dialup.post, 2],
  ] as const)(
    'when it dials by %s, then it is answered OK at once, and both phones ring once',
    async (_how, send, which) => {
      const [dial1, dial2] = [agent('answers', which), customer('answersAndHangsUp', which)];
      const { status, body } = await dial({ dial1, dial2: national(dial2) }, send);
      expect([status, body]).toEqual([200, 'OK']);
      expect(await cdrTo(world, dial2)).toMatchObject({ dialect: 'dialup', disposition: 'answered', connected: true });
      expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
    },
  );

  it('when its parameters come in another order and case, then they are the same parameters', async () => {
    const [dial1, dial2] = [agent('answers', 3), customer('answersAndHangsUp', 3)];
    const { body } = await dial({ TIMEOUT: '5', DIAL2: dial2, response: 'YES', rformat: 'JSON', Dial1: dial1 });
    expect(body).toMatchObject({ status: 'ok' });
    await cdrTo(world, dial2);
  });

  it('when a body is JSON, then the answer names the accepted types, and not wrong credentials', async () => {
    const body = { ...credentials.dialup, dial1: '1001', dial2: customer('answers', 4) };
    const answer = await world.redial.request('POST', '/API/dialup.php', body, { authorization: '' });
    expect([answer.status, answer.body]).toEqual([
      415,
      'FAIL: This address takes application/x-www-form-urlencoded or multipart/form-data.',
    ]);
  });

  describe('and Response=yes', () => {
    it.each([
      ['answers', agent('answers', 11), 'OK'],
      ['is busy', agent('busy', 11), 'FAIL: Busy'],
      ['declines', agent('declines', 11), 'FAIL: Not connected'],
      ['rings and does not answer', agent('ringsForEver', 11), 'FAIL: No answer'],
      ['is not registered', agent('notRegistered', 11), 'FAIL: Unreachable'],
    ])('when dial1 %s (%s), then the answer is %s', async (_what, dial1, expected) => {
      const dial2 = customer('answersAndHangsUp', Number(dial1));
      const { status, body } = await dial({ dial1, dial2, Response: 'yes', Timeout: '1' });
      expect([status, body]).toEqual([200, expected]);
      // The CDR states the same, also for a failure of dial1.
      expect(await cdrTo(world, dial2)).toMatchObject({ connected: expected === 'OK' });
      expect(invites(world, dial2)).toBe(expected === 'OK' ? 1 : 0);
    });

    it('when dial1 is in another call of ours, then it is Busy at once, and its phone is not rung again', async () => {
      const [dial1, colleague] = [agent('answers', 18), agent('answers', 17)];
      expect((await dial({ dial1, dial2: colleague, Response: 'yes' })).body).toBe('OK');
      const { status, body } = await dial({ dial1, dial2: customer('answers', 17), Response: 'yes' });
      expect([status, body]).toEqual([200, 'FAIL: Busy']);
      expect([invites(world, dial1), invites(world, customer('answers', 17))]).toEqual([1, 0]);
    });

    it('when the call may not be dialled, then the answer states that at once', async () => {
      const { status, body } = await dial({ dial1: agent('answers', 19), dial2: '27820009999', Response: 'yes' });
      expect([status, body]).toEqual([200, 'FAIL: Not connected']);
      expect(invites(world, agent('answers', 19))).toBe(0);
    });

    it('when dial1 rings first, then the answer comes only after dial1’s answer', async () => {
      const [dial1, dial2] = [agent('ringsThenAnswers', 12), customer('answersAndHangsUp', 12)];
      const { body } = await dial({ dial1, dial2, Response: 'yes', RFormat: 'xml' });
      const answeredAt = Date.now();
      expect(body).toBe('<response><status>ok</status><reason></reason><uid1></uid1><uid2></uid2></response>');
      const cdr = await cdrTo(world, dial2);
      expect(Date.parse(cdr.dial1.answeredAt)).toBeLessThanOrEqual(answeredAt);
    });

    it('when both unique ids are requested, then they are Asterisk’s own', async () => {
      const [dial1, dial2] = [agent('answers', 13), customer('answersAndHangsUp', 13)];
      const { body } = await dial({ dial1, dial2, Response: 'yes', showUID: 'yes', RFormat: 'json' });
      const cdr = await cdrTo(world, dial2);
      expect(body).toEqual({ status: 'ok', reason: expect.anything(), uid1: cdr.id, uid2: cdr.dial2.uniqueId });
      expect([cdr.dial1.uniqueId, cdr.dial2.uniqueId]).toEqual([cdr.id, expect.stringMatching(/^[0-9]+\.[0-9]+$/)]);
    });

    it('when dial2 cannot be tried, then the answer has only dial1’s id', async () => {
      const [dial1, dial2] = [agent('answers', 14), agent('notRegistered', 14)];
      const { body } = await dial({ dial1, dial2, Response: 'yes', showUID: 'yes', RFormat: 'json' });
      const cdr = await cdrTo(world, dial2);
      expect(body).toMatchObject({ status: 'ok', uid1: cdr.id });
      expect(body.uid2 ?? '').toBe('');
    });

    it('when one of several numbers answers, then it is ok, and each is a call of its own', async () => {
      const numbers = [customer('busy', 15), customer('presses1', 15), customer('notFound', 15)];
      const { body } = await dial({ dial1: numbers.join(), dial2: agent('answersAndHangsUp', 15), Response: 'yes' });
      expect(body).toBe('OK');
      const cdrs = await Promise.all(
        numbers.map((number) => world.redial.inbox.first(({ dial1 }) => dial1.destination.number === `+${number}`)),
      );
      expect(cdrs.map(({ dial1 }) => dial1.disposition)).toEqual(['busy', 'answered', 'invalid_number']);
      expect(invites(world, agent('answersAndHangsUp', 15))).toBe(1);
    });
  });

  describe('the numbers that both sides see, and the recording', () => {
    const mixed = { dial1: '1001', dial2: customer('answersAndHangsUp', 21) };

    it('internal → external: dial2 sees the agent’s own number, and it is recorded under the agent', async () => {
      await dial(mixed);
      const cdr = await cdrTo(world, mixed.dial2);
      expect(world.pbx.phones.invitesTo(mixed.dial2)).toMatchObject([{ from: '27110041001' }]);
      expect(cdr.recording).toBe(`/v1/recordings/${cdr.id}`);
    });

    it('internal → external with another SetCID: dial2 sees it, and nothing is recorded', async () => {
      const dial2 = customer('answersAndHangsUp', 22);
      await dial({ ...mixed, dial2, SetCID: '0110009999' });
      const cdr = await cdrTo(world, dial2);
      expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: '27110009999' }]);
      expect(cdr).toMatchObject({ connected: true, recording: null });
    });

    it('external → internal: dial1 sees the agent’s own number, and it is recorded', async () => {
      const dial1 = customer('answersAndHangsUp', 23);
      await dial({ dial1, dial2: '1002' });
      const cdr = await world.redial.inbox.first((each) => each.dial1.destination.number === `+${dial1}`);
      expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([{ from: '27110041002' }]);
      expect(cdr.recording).toBe(`/v1/recordings/${cdr.id}`);
    });

    it('internal → internal: the other side sees the extension, and nothing is recorded', async () => {
      const [dial1, dial2] = [agent('answers', 24), agent('answersAndHangsUp', 24)];
      await dial({ dial1, dial2 });
      const cdr = await cdrTo(world, dial2);
      expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: dial1 }]);
      expect(cdr).toMatchObject({ connected: true, recording: null });
    });

    it('external → external: dial1 sees the extension of SetCID, dial2 that agent’s number, and it is recorded', async () => {
      const [dial1, dial2] = [customer('answers', 25), customer('answersAndHangsUp', 25)];
      await dial({ dial1, dial2, SetCID: '1001' });
      const cdr = await cdrTo(world, dial2);
      expect(world.pbx.phones.invitesTo(dial1)).toMatchObject([{ from: '1001' }]);
      expect(world.pbx.phones.invitesTo(dial2)).toMatchObject([{ from: '27110041001' }]);
      expect(cdr.recording).toBe(`/v1/recordings/${cdr.id}`);
    });

    it('external → external without SetCID: it is refused, and no phone rings', async () => {
      const [dial1, dial2] = [customer('answers', 26), customer('answers', 27)];
      const { status, body } = await dial({ dial1, dial2 });
      expect([status, body]).toEqual([400, expect.stringMatching(/^FAIL: .*SetCID/)]);
      expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
    });
  });

  describe('services by their feature codes', () => {
    it('dial2 is a queue: a customer who answers talks to a free agent of it', async () => {
      const dial1 = customer('answersAndHangsUp', 31);
      await dial({ dial1, dial2: '600' });
      const cdr = await world.redial.inbox.first((each) => each.dial1.destination.number === `+${dial1}`);
      expect(cdr).toMatchObject({
        connected: true,
        dial2: { destination: { kind: 'service', service: 'test-queue' } },
      });
    });

    it('dial1 is a queue: the customer is rung once an agent of it has answered', async () => {
      const dial2 = customer('answersAndHangsUp', 32);
      const { body } = await dial({ dial1: '600', dial2, Response: 'yes' });
      expect(body).toBe('OK');
      const cdr = await cdrTo(world, dial2);
      expect(cdr).toMatchObject({ connected: true, dial1: { disposition: 'answered', uniqueId: cdr.id } });
      expect(invites(world, dial2)).toBe(1);
    });

    it('dial1 is a ring group: the member that answers talks to dial2', async () => {
      const dial2 = customer('answersAndHangsUp', 33);
      const { body } = await dial({ dial1: '601', dial2, Response: 'yes' });
      expect(body).toBe('OK');
      expect(await cdrTo(world, dial2)).toMatchObject({ connected: true });
    });

    it('dial2 is an announcement with digits: a person who presses 1 talks to the destination of 1, and the CDR has the digit', async () => {
      const dial1 = customer('presses1', 34);
      const rung = world.pbx.phones.invitesTo('1001').length;
      await dial({ dial1, dial2: '*71' });
      await expect.poll(() => world.pbx.phones.invitesTo('1001').length, { timeout: 20_000 }).toBe(rung + 1);
      const { body } = await world.redial.request('GET', '/v1/calls?limit=1');
      expect((await world.redial.request('POST', `/v1/calls/${body.calls[0].id}/cancel`)).status).toBe(202);
      const cdr = await world.redial.inbox.first((each) => each.dial1.destination.number === `+${dial1}`);
      expect(cdr).toMatchObject({ connected: true, dtmfDigit: '1' });
    });

    it('dial2 is an announcement: it is played to dial1, and then the call ends', async () => {
      const dial1 = customer('answers', 35);
      await dial({ dial1, dial2: '*72' });
      const cdr = await world.redial.inbox.first((each) => each.dial1.destination.number === `+${dial1}`);
      expect(cdr).toMatchObject({ connected: true, dtmfDigit: null });
      expect(cdr.talkMs).toBeGreaterThan(0);
    });
  });

  describe('a future call', () => {
    const later = { Date: inAMonth.written, Maxretry: '2', Retrytime: '1' };

    it('waits for its minute, is dialled and retried; its ident identifies it while it is open', async () => {
      const [dial1, dial2] = [agent('busyTwice', 41), customer('answersAndHangsUp', 41)];
      const fields = { ...later, dial1, dial2, ident: 'order-41' };
      expect((await dial(fields)).body).toBe('OK');
      expect((await dial(fields)).body).toBe('OK');
      const listed = await world.redial.request('GET', '/v1/calls?reference=order-41');
      expect(listed.body.calls).toMatchObject([{ state: 'scheduled' }]);
      const [{ id }] = listed.body.calls;
      expect(await read(world, id)).toMatchObject({
        nextAttempt: { dueAt: formatInstant(inAMonth.at, 'Africa/Johannesburg') },
      });

      const now = { notBefore: new Date().toISOString() };
      await world.redial.request('PATCH', `/v1/calls/${id}`, now, { 'if-match': '*' });
      const cdrs = await world.redial.inbox.next(id, 3);
      expect(cdrs.map((cdr) => [cdr.reference, cdr.disposition])).toEqual([
        ['order-41', 'busy'],
        ['order-41', 'busy'],
        ['order-41', 'answered'],
      ]);
      expect([invites(world, dial1), invites(world, dial2)]).toEqual([3, 1]);

      // The first call is over: the same ident is a new call.
      expect((await dial(fields)).body).toBe('OK');
      const again = await world.redial.request('GET', '/v1/calls?reference=order-41');
      expect(again.body.calls).toHaveLength(2);
    });

    it('when fifty requests come at once with one ident, then there is one call', async () => {
      const fields = { ...later, dial1: '1001', dial2: customer('answers', 42), ident: 'order-42' };
      const answers = await Promise.all(Array.from({ length: 50 }, () => dial(fields)));
      expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['OK']));
      const { body } = await world.redial.request('GET', '/v1/calls?reference=order-42');
      expect(body.calls).toHaveLength(1);
    });

    it('when one of the four is missing, then the error names it, and nothing is scheduled', async () => {
      const { status, body } = await dial({ ...later, dial1: '1001', dial2: customer('answers', 43) });
      expect([status, body]).toEqual([400, expect.stringMatching(/^FAIL: .*ident/)]);
    });
  });
});
