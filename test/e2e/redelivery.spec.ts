import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read, untilBothTalk } from './world.ts';

/**
 * All processes that knew the attempt are dead. Their successors find it in the records, on the PBX and in its journal,
 * and ring no phone again.
 */
describe('given an attempt whose processes died', () => {
  const world = aWorld({ env: { REDIAL_LOCK_SECONDS: '2' } });
  const channels = () => world.pbx.asterisk.cli('core show channels count');

  it('when both processes die during the talk and come back after the end, then the CDR is the one of the PBX journal', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('answers', 1)];
    const id = await place(world, {
      dial1,
      dial2: `+${dial2}`,
      talkLimitSeconds: 3,
      retryPolicy: { maxRetries: 3, delaySeconds: 0 },
    });
    await untilBothTalk(world, dial2);
    const { dialer, results } = world.redial;
    await Promise.all([dialer.kill(), results.kill()]);
    await expect.poll(channels, { timeout: 15_000 }).toMatch(/^0 active channels/m);
    expect(world.redial.inbox.of(id)).toEqual([]);
    for (const process of [dialer, results]) process.start();
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      attemptNumber: 1,
      disposition: 'answered',
      connected: true,
      lost: false,
      dial1: { disposition: 'answered', cause: 16 },
      dial2: { disposition: 'answered', dialStatus: 'ANSWER' },
      call: { state: 'completed', nextAttemptAt: null },
    });
    expect(cdr.talkMs).toBeGreaterThanOrEqual(2_500);
    expect(cdr.talkMs).toBeLessThanOrEqual(5_000);
    await world.redial.ready();
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });

  it('when its job is delivered again while dial1 still rings, then it is resumed: no second INVITE, and a cancel reaches it', async () => {
    const [dial1, dial2] = [agent('ringsForEver', 2), customer('answers', 2)];
    const id = await place(world, {
      dial1,
      dial2: `+${dial2}`,
      dial1RingTimeoutSeconds: 60,
      retryPolicy: { maxRetries: 3, delaySeconds: 0 },
    });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial1, 10_000);
    await world.redial.dialer.kill();
    world.redial.dialer.start();
    const [attempt] = (await read(world, id)).attempts;
    // The job of a dead dialer goes to another one when its lock has expired and two checks found that. The new one
    // adopts the ringing attempt.
    await expect
      .poll(() => dialJob(world, attempt.id), { timeout: 15_000, interval: 100 })
      .toMatchObject({ status: 'completed', job: { returnValue: 'ringing' } });
    expect(await read(world, id)).toMatchObject({ state: 'dialing', attempts: [{ id: attempt.id }] });
    expect(await channels()).toMatch(/^1 active channel$/m);
    expect((await world.redial.request('POST', `/v1/calls/${id}/cancel`)).status).toBe(202);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      id: attempt.id,
      disposition: 'canceled',
      endedBy: 'redial',
      lost: false,
      dial1: { disposition: 'canceled' },
      dial2: { disposition: 'not_dialed' },
    });
    expect(await read(world, id)).toMatchObject({ state: 'canceled', attemptsMade: 1 });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 0]);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });
});

/** What the dashboard shows of the attempt's job. */
async function dialJob(world: ReturnType<typeof aWorld>, attemptId: string): Promise<unknown> {
  const { user, password } = world.redial.adminLogin;
  const answer = await fetch(`${world.redial.url}/admin/queues/api/queues/dial/${attemptId}`, {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  });
  return answer.json();
}
