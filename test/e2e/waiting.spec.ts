import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { dialup, originateCall, vendorTenant } from '../support/vendors.ts';
import { agent, aWorld, cdrTo, customer } from './world.ts';

const { dialup: settings, ...others } = vendorTenant.dialects;
const tenantThatWaits = (waitSeconds: number) => ({
  ...vendorTenant,
  dialects: { ...others, dialup: { ...settings, waitSeconds } },
});

describe('given clients that wait for dial1', () => {
  const world = aWorld({
    tenant: {
      // No call may expire, even on a busy machine.
      ...tenantThatWaits(120),
      // A thousand calls have a hundred phones: the test checks whether each client gets its own outcome.
      extensions: { ...vendorTenant.extensions, maxCalls: 1_000 },
      defaults: { dial1RingTimeoutSeconds: 20, dial2RingTimeoutSeconds: 2, talkLimitSeconds: 60 },
    },
  });
  const wait = (dial1: string, dial2: string, more = {}) =>
    dialup.get(world.redial, { dial1, dial2, Response: 'yes', RFormat: 'json', ...more });
  /** How many subscribe to call-changed hints, and how many connections subscribe to anything. */
  async function listeners(redis: Redis): Promise<{ readonly hints: number; readonly connections: number }> {
    const channels = (await redis.pubsub('CHANNELS', '*call-changed*')) as string[];
    const counts = (await redis.pubsub('NUMSUB', ...channels)) as (string | number)[];
    const hints = counts.filter((_, n) => n % 2 === 1).reduce<number>((sum, count) => sum + Number(count), 0);
    const clients = String(await redis.client('LIST'))
      .trim()
      .split('\n');
    return { hints, connections: clients.filter((client) => !/ sub=0 psub=0 ssub=0 /.test(client)).length };
  }

  it('when a thousand wait at once, then one connection is subscribed for all of them, and each gets its own outcome', async () => {
    const redis = new Redis(world.redis.url);
    try {
      // One in ten is busy; all others answer, and their customers hang up.
      const kinds = Array.from({ length: 1_000 }, (_, n) => (n % 10 === 0 ? 'busy' : 'answers') as 'busy' | 'answers');
      const asked = kinds.map((kind, n) =>
        wait(agent(kind, n % 100), customer('answersAndHangsUp', n), { Timeout: '60' }),
      );
      // Besides the API's, the dialer and the results process subscribe to cancels.
      await expect.poll(() => listeners(redis), { timeout: 20_000 }).toEqual({ hints: 1, connections: 3 });
      const answers = await Promise.all(asked);
      expect(answers.map(({ body }) => body.status)).toEqual(kinds.map((kind) => (kind === 'busy' ? 'fail' : 'ok')));
      expect(await listeners(redis)).toEqual({ hints: 1, connections: 3 });
    } finally {
      redis.disconnect();
    }
    // A thousand calls take both cores for half a minute, and three times as long beside other files.
  }, 180_000);

  it('when a client disconnects, then its call continues, and the next one is answered', async () => {
    const dial2 = customer('answersAndHangsUp', 2_001);
    const gone = new AbortController();
    const query = `user=crm-user&pass=crm-pass-5a1&org=acme-org&dial1=${agent('ringsThenAnswers', 1)}&dial2=${dial2}`;
    const asked = fetch(`${world.redial.url}/API/dialup.php?${query}&Response=yes`, { signal: gone.signal });
    await world.pbx.phones.waitForInvite(({ user }) => user === agent('ringsThenAnswers', 1), 20_000);
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(await cdrTo(world, dial2)).toMatchObject({ connected: true });
    const { body } = await wait(agent('answers', 1), customer('answersAndHangsUp', 2_002));
    expect(body.status).toBe('ok');
  });

  it('when the dialer is killed while dial1 rings, then the answer still comes, and is true', async () => {
    const dial1 = agent('ringsForEver', 1);
    const asked = wait(dial1, customer('answers', 2_003), { Timeout: '4' });
    await world.pbx.phones.waitForInvite(({ user }) => user === dial1, 20_000);
    await world.redial.dialer.kill();
    const { status, body } = await asked;
    expect([status, body]).toEqual([200, expect.objectContaining({ status: 'fail', reason: 'No answer' })]);
    world.redial.dialer.start();
    await world.redial.ready();
  });

  it('when the results process is killed while dial1 rings, then dial1’s answer still comes', async () => {
    const dial1 = agent('ringsThenAnswers', 2);
    const asked = wait(dial1, customer('answersAndHangsUp', 2_004));
    await world.pbx.phones.waitForInvite(({ user }) => user === dial1, 20_000);
    await world.redial.results.kill();
    expect((await asked).body.status).toBe('ok');
    world.redial.results.start();
    await world.redial.ready();
  });

  it('when the API is restarted meanwhile, then no client gets a wrong ok or fail, and the calls continue', async () => {
    const dial1 = agent('ringsThenAnswers', 3);
    const dial2 = customer('answersAndHangsUp', 2_005);
    const [first, second] = [
      wait(dial1, dial2),
      originateCall.json(world.redial, {
        project_id: 1,
        caller_id: customer('answersAndHangsUp', 2_006),
        caller_id_name: 'Jane',
        type: 'user',
        destination: agent('ringsForEver', 3),
        external_id: 'restarted',
        async: 0,
      }),
    ];
    for (const user of [dial1, agent('ringsForEver', 3)])
      await world.pbx.phones.waitForInvite((invite) => invite.user === user, 20_000);
    await world.redial.api.stop();
    const [dialupAnswer, originateAnswer] = await Promise.all([first, second]);
    expect(dialupAnswer.status).toBe(503);
    expect(dialupAnswer.body.status).toBe('pending');
    expect([originateAnswer.status, originateAnswer.body.has_error]).toEqual([503, true]);
    world.redial.api.start();
    await world.redial.ready();
    expect(await cdrTo(world, dial2)).toMatchObject({ connected: true });
    const { body } = await world.redial.request('GET', '/v1/calls?reference=restarted');
    expect(body.calls).toMatchObject([{ state: 'dialing' }]);
    await world.redial.request('POST', `/v1/calls/${body.calls[0].id}/cancel`);
  });
});

describe('given more clients that wait than their trunk can start in time', () => {
  const world = aWorld({
    tenant: tenantThatWaits(2),
    trunk: { maxCalls: 500, maxCallsPerSecond: 4 },
  });

  it('when forty wait, then each gets the true answer in time: dial1 has answered, or the call was not dialled', async () => {
    const asked = Array.from({ length: 40 }, (_, n) => ({
      dial1: agent('answers', n),
      dial2: customer('answersAndHangsUp', 3_000 + n),
    }));
    const answers = await Promise.all(
      asked.map((fields) => dialup.get(world.redial, { ...fields, Response: 'yes', Timeout: '2' })),
    );
    const said = answers.map(({ status, body }) => `${status} ${body}`);
    expect(new Set(said)).toEqual(new Set(['200 OK', '200 FAIL: Not connected']));
    const rung = asked.map(({ dial1 }) => world.pbx.phones.invitesTo(dial1).length);
    expect(said.map((each) => (each === '200 OK' ? 1 : 0))).toEqual(rung);
  });
});
