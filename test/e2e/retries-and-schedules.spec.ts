import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

describe('given a retry policy', () => {
  const world = aWorld();

  it('when dial2 is busy twice and then answers, then there are three CDRs and the phones rang three times', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('busyTwice', 1)];
    const id = await place(world, {
      dial1,
      dial2: `+${dial2}`,
      talkLimitSeconds: 1,
      retryPolicy: { maxRetries: 3, delaySeconds: 1 },
    });
    const cdrs = await world.redial.inbox.next(id, 3);
    expect(cdrs.map((cdr) => [cdr.attemptNumber, cdr.disposition, cdr.call.state])).toEqual([
      [1, 'busy', 'waiting'],
      [2, 'busy', 'waiting'],
      [3, 'answered', 'completed'],
    ]);
    expect(cdrs.map(({ dial2: leg }) => [leg.cause, leg.sipCode, leg.dialStatus])).toEqual([
      [17, 486, 'BUSY'],
      [17, 486, 'BUSY'],
      [16, 200, 'ANSWER'],
    ]);
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([3, 3]);
    // A delay counts from the end of the failed attempt.
    const [first, second] = cdrs;
    expect(Date.parse(second.startedAt) - Date.parse(first.endedAt)).toBeGreaterThanOrEqual(1000);
  });

  it('when retries are used up, then the call is exhausted and rings no more', async () => {
    const [dial1, dial2] = [agent('busy', 1), customer('answers', 1)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, retryPolicy: { maxRetries: 1, delaySeconds: 0 } });
    const cdrs = await world.redial.inbox.next(id, 2);
    expect(cdrs).toMatchObject(Array(2).fill({ dial1: { cause: 17, sipCode: 486 }, dial2: { cause: null } }));
    expect(await read(world, id)).toMatchObject({
      state: 'exhausted',
      attempts: [{ disposition: 'busy' }, { disposition: 'busy' }],
    });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([2, 0]);
  });

  it('when the number does not exist, then it is not tried again', async () => {
    const [dial1, dial2] = [agent('answers', 2), customer('notFound', 1)];
    const id = await place(world, {
      dial1,
      dial2: `+${dial2}`,
      retryPolicy: { maxRetries: 5, delaySeconds: 0 },
    });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'invalid_number', dial2: { cause: 1, sipCode: 404 } });
    expect(await read(world, id)).toMatchObject({ state: 'failed' });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });
});

describe('given a schedule', () => {
  const world = aWorld();

  it('when a call is due later, then it waits, states why, and is never dialled early', async () => {
    const notBefore = new Date(Date.now() + 3_000).toISOString();
    const dial1 = agent('answersAndHangsUp', 10);
    const id = await place(world, { dial1, dial2: `+${customer('answers', 10)}`, notBefore });
    expect(await read(world, id)).toMatchObject({
      state: 'scheduled',
      attempts: [],
      whyNotDialedYet: { gate: 'due', sentence: expect.stringContaining('not due before') },
    });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', dial1: { cause: 16 }, dial2: { cause: 16, sipCode: 200 } });
    expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.at >= Date.parse(notBefore))).toEqual([true]);
  });

  it('when it is rescheduled while waiting, then it rings at the new time and not at the old', async () => {
    const dial1 = agent('answersAndHangsUp', 11);
    const id = await place(world, {
      dial1,
      dial2: `+${customer('answers', 11)}`,
      notBefore: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const before = await world.redial.request('GET', `/v1/calls/${id}`);
    const etag = before.headers.get('etag') ?? '';
    const notBefore = new Date(Date.now() + 1_500).toISOString();
    const changed = await world.redial.request('PATCH', `/v1/calls/${id}`, { notBefore }, { 'if-match': etag });
    expect(changed.status).toBe(200);
    const stale = await world.redial.request('PATCH', `/v1/calls/${id}`, { notBefore }, { 'if-match': etag });
    expect(stale.status).toBe(412);
    await world.redial.inbox.next(id);
    expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.at >= Date.parse(notBefore))).toEqual([true]);
  });

  it('when the dashboard promotes it, then it still is not dialled early', async () => {
    const dial1 = agent('answers', 12);
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    const id = await place(world, { dial1, dial2: `+${customer('answers', 12)}`, notBefore });
    const [attemptId] = await pressPromote(world, id);
    expect(attemptId).toMatch(/^att_/);
    // A dialer has run the job, and it sleeps again.
    await expect.poll(() => jobState(world, String(attemptId))).toMatchObject({ status: 'delayed' });
    expect(await read(world, id)).toMatchObject({ state: 'scheduled', attempts: [] });
    expect(invites(world, dial1)).toBe(0);
  });
});

/** Presses the button of the dashboard, as its page does. */
async function pressPromote(world: ReturnType<typeof aWorld>, callId: string): Promise<string[]> {
  const { queue, jobs } = await delayedJobs(world);
  const ids = jobs.filter((job) => job.data.callId === callId).map((job) => job.id);
  for (const id of ids) {
    const pressed = await fetch(`${world.redial.url}/admin/queues/api/queues/${queue}/${id}/promote`, {
      method: 'PUT',
      headers: login(world),
    });
    expect(pressed.ok, await pressed.text()).toBe(true);
  }
  return ids;
}

async function delayedJobs(
  world: ReturnType<typeof aWorld>,
): Promise<{ queue: string; jobs: { id: string; data: { callId: string } }[] }> {
  const answer = await fetch(
    `${world.redial.url}/admin/queues/api/queues?activeQueue=dial&status=delayed&page=1&jobsPerPage=100`,
    { headers: login(world) },
  );
  const { queues } = (await answer.json()) as {
    queues: { name: string; jobs: { id: string; data: { callId: string } }[] }[];
  };
  const dial = queues.find((queue) => queue.name.includes('dial'));
  return { queue: encodeURIComponent(dial?.name ?? 'dial'), jobs: dial?.jobs ?? [] };
}

async function jobState(world: ReturnType<typeof aWorld>, attemptId: string): Promise<unknown> {
  const { queue } = await delayedJobs(world);
  const answer = await fetch(`${world.redial.url}/admin/queues/api/queues/${queue}/${attemptId}`, {
    headers: login(world),
  });
  return answer.json();
}

function login(world: ReturnType<typeof aWorld>): Record<string, string> {
  const { user, password } = world.redial.adminLogin;
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
