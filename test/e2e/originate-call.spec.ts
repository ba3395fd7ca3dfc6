import { describe, expect, it } from 'vitest';
import { type Fields, originateCall, phpQuery, signed, vendorTenant } from '../support/vendors.ts';
import { agent, aWorld, cdrTo, customer, invites, national } from './world.ts';

/** A client of originate-call: nested PHP forms, hashed; the agent first, then the customer. */
describe('given an originate-call integration', () => {
  const world = aWorld({ tenant: vendorTenant });
  const data = (fields: Fields) => ({
    project_id: 1,
    caller_id_name: 'John Doe',
    type: 'user',
    external_id: `ext-${fields['destination']}`,
    ...fields,
  });
  const originate = (fields: Fields) => originateCall.form(world.redial, data(fields));
  const failure = (message: RegExp) => ({ has_error: true, messages: [expect.stringMatching(message)], results: [] });

  it('when the user is online, then it is a success at once; the user sees the customer, the customer the outbound number', async () => {
    const [destination, caller_id] = [agent('answers', 1), customer('answersAndHangsUp', 1)];
    const { status, body } = await originate({
      destination,
      caller_id: national(caller_id),
      outbound_number: '+40212345678',
      outbound_trunk: 'default-trunk',
      vars: { SKIP_WELCOME: 1, BACKEND_LINK: 'https://crm.example/?change_this_url=1234' },
    });
    expect([status, body]).toEqual([
      200,
      { has_error: false, messages: [], results: [`Call successfully originated for user: ${destination}`] },
    ]);
    const cdr = await cdrTo(world, caller_id);
    expect(cdr).toMatchObject({ dialect: 'originate-call', reference: `ext-${destination}`, connected: true });
    expect(world.pbx.phones.invitesTo(destination)).toMatchObject([{ from: caller_id, fromName: 'John Doe' }]);
    expect(world.pbx.phones.invitesTo(caller_id)).toMatchObject([{ from: '40212345678' }]);
    // Later queries by external_id.
    const { body: found } = await world.redial.request('GET', `/v1/calls?reference=ext-${destination}`);
    expect(found.calls).toMatchObject([{ id: cdr.callId, state: 'completed' }]);
  });

  it('when the user is not online, then it is an error, and no phone rings', async () => {
    const [destination, caller_id] = [agent('notRegistered', 2), customer('answers', 2)];
    const { body } = await originate({ destination, caller_id });
    expect(body).toEqual(failure(/online/i));
    const { body: found } = await world.redial.request('GET', `/v1/calls?reference=ext-${destination}`);
    expect(found.calls).toEqual([]);
    expect(invites(world, caller_id)).toBe(0);
  });

  it('when it is a queue of the PBX, then an agent of it is rung, and then the customer', async () => {
    const caller_id = customer('answersAndHangsUp', 3);
    const { body } = await originate({ type: 'queue', destination: 'test-queue', caller_id });
    expect(body).toEqual({
      has_error: false,
      messages: [],
      results: ['Call successfully originated for queue: test-queue'],
    });
    expect(await cdrTo(world, caller_id)).toMatchObject({ connected: true });
    expect(invites(world, caller_id)).toBe(1);
  });

  it.each(['no-such-queue', 'nowhere'])(
    'when it is the queue %s, which the PBX does not have, then the vendor’s error',
    async (destination) => {
      const { body } = await originate({ type: 'queue', destination, caller_id: customer('answers', 4) });
      expect(body).toEqual({
        has_error: true,
        messages: ['Invalid Queue. Check if pbx queue exists'],
        results: [],
      });
    },
  );

  it('when it is a context of the PBX, then the context’s result is dial1', async () => {
    const caller_id = customer('answersAndHangsUp', 5);
    const { body } = await originate({ type: 'context', destination: 'after-hours', caller_id });
    expect(body).toMatchObject({ has_error: false });
    expect(await cdrTo(world, caller_id)).toMatchObject({ dial1: { disposition: 'answered' } });
    const missing = await originate({ type: 'context', destination: 'no-such-context', caller_id });
    expect(missing.body).toEqual(failure(/^Invalid Context/));
  });

  describe('with async=0', () => {
    it.each([
      ['answers', agent('answers', 11), undefined],
      ['rejects', agent('declines', 11), 'Rejected'],
      ['is busy', agent('busy', 11), 'Busy'],
      ['lets it ring', agent('ringsForEver', 11), 'No answer'],
      ['is not registered', agent('notRegistered', 11), 'Not reachable. Check if the phone is registered'],
    ])('when the user %s (%s), then that is the answer: %s', async (_what, destination, why) => {
      const caller_id = customer('answersAndHangsUp', Number(destination));
      const { status, body } = await originate({ destination, caller_id, async: 0 });
      expect([status, body]).toEqual([
        200,
        why === undefined
          ? { has_error: false, messages: [], results: [`Call successfully originated for user: ${destination}`] }
          : { has_error: true, messages: [why], results: [] },
      ]);
      expect(await cdrTo(world, caller_id)).toMatchObject({ connected: why === undefined });
    });
  });

  it('when a hash is of another body, or made with another key, then it is refused, and no phone rings', async () => {
    const caller_id = customer('answers', 21);
    const good = data({ destination: agent('answers', 21), caller_id });
    const who = { api_username: 'your_api_usr', api_password: 'your_api_pass', apiKey: 'another key' };
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' };
    const other = phpQuery(signed({ ...good, caller_id: customer('answers', 22) }));
    const altered = other.replace(customer('answers', 22), caller_id);
    const answers = [
      await originateCall.form(world.redial, good, who),
      await world.redial.request('POST', '/api/originate-call', altered, form),
    ];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [401, failure(/^Invalid credentials/)],
      [401, failure(/^Invalid credentials/)],
    ]);
    expect(invites(world, caller_id)).toBe(0);
  });
});
