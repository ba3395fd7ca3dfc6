import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { type OlderRecords, readOlderRecords, restore } from '../fixtures/records.ts';
import { leftBehind } from '../soak/left-behind.ts';
import { startWebhookReceiver, status, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { aWorld, invites, read } from './world.ts';

/**
 * An earlier version was killed in the middle of its work, and this one starts on what it left. That is its records,
 * its jobs, its PBX's journal. Nothing is lost and no phone rings twice, as in a rolling deploy, where both run side by
 * side. test/fixtures/write-records.ts made the records.
 */
describe.each(['3b72cc2'])('given what version %s left in Redis and on the PBX', (version) => {
  let older: OlderRecords;
  let crm: WebhookReceiver;
  let redis: Redis;
  const world = aWorld(async () => {
    // Half of its planned calls are overdue, the rest is due in a moment.
    const killedAt = Date.now() - 50_000;
    older = readOlderRecords(new URL(`../fixtures/records-${version}/records.json`, import.meta.url), killedAt);
    redis = new Redis(world.redis.url);
    await restore(redis, older);
    for (const [slot, entry] of Object.entries(older.journal))
      await world.pbx.asterisk.cli(`database put redial ${slot} "${entry}"`);
    crm = await startWebhookReceiver(status(204));
    return {
      env: { REDIAL_KEY_PREFIX: older.prefix },
      sinks: [{ type: 'webhook', name: 'hook', url: crm.url, secret: `whsec_${Buffer.alloc(32).toString('base64')}` }],
    };
  });
  afterAll(async () => {
    redis?.disconnect();
    await crm?.stop();
  });

  const call = (name: string) => older.calls[name] as OlderRecords['calls'][string];
  const received = (callId: string) =>
    crm.received
      .map(({ headers, body }) => ({ id: headers['webhook-id'], cdr: JSON.parse(body).data }))
      .filter(({ cdr }) => cdr.callId === callId);

  it('when a call was scheduled, then it is dialled at its time, once', async () => {
    const { id } = call('scheduled');
    const due = older.keys[`${older.prefix}:due`]?.value as readonly string[];
    const dueAt = Number(due[due.indexOf(id) + 1]);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      attemptNumber: 1,
      dueAt: new Date(dueAt).toISOString(),
      disposition: 'answered',
      call: { state: 'completed' },
    });
    expect(world.pbx.phones.invitesTo('1001').map(({ at }) => at >= dueAt)).toEqual([true]);
    expect(invites(world, '27820060001')).toBe(1);
    expect(await read(world, id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
  });

  it('when a call waited for its retry, then it is tried again, and waits for the next', async () => {
    const { id } = call('waiting');
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      attemptNumber: 2,
      disposition: 'busy',
      dial1: { cause: 17 },
      call: { state: 'waiting' },
    });
    expect(invites(world, '1202')).toBe(1);
    expect(await read(world, id)).toMatchObject({
      state: 'waiting',
      attempts: [{ disposition: 'busy' }, { disposition: 'busy' }],
    });
    expect((await world.redial.request('POST', `/v1/calls/${id}/cancel`)).body).toMatchObject({ state: 'canceled' });
  });

  it('when a CDR was not delivered, then it is, under the id it had', async () => {
    const { id } = call('undelivered');
    await expect.poll(() => received(id).length, { timeout: 45_000 }).toBe(1);
    const { attempts } = await read(world, id);
    expect(received(id)).toMatchObject([
      { id: `${attempts[0].id}.hook`, cdr: { id: attempts[0].id, disposition: 'rejected', dial1: { sipCode: 603 } } },
    ]);
    expect(invites(world, '1303')).toBe(0);
  });

  it('when an attempt had ended and was not settled, then its job states the end, and the retry is dialled', async () => {
    const { id } = call('unsettled');
    const [first, second] = await world.redial.inbox.next(id, 2);
    expect(first).toMatchObject({
      attemptNumber: 1,
      disposition: 'busy',
      lost: false,
      dial1: { cause: 17, sipCode: 486 },
    });
    expect(second).toMatchObject({ attemptNumber: 2, disposition: 'busy', call: { state: 'exhausted' } });
    expect(invites(world, '1204')).toBe(1);
  });

  it('when both talked, then the attempt is adopted, and its end is the one of the PBX journal', async () => {
    const { id } = call('talking');
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      attemptNumber: 1,
      disposition: 'answered',
      connected: true,
      lost: false,
      dial2: { dialStatus: 'ANSWER', sipCode: 200, cause: 16 },
      call: { state: 'completed' },
    });
    expect(invites(world, '1005')).toBe(0);
  });

  it('when a client repeats a request that the earlier version answered, then it gets that answer, and no other call', async () => {
    for (const [name, { id, body }] of Object.entries(older.calls)) {
      const answer = await world.redial.request('POST', '/v1/calls', body, { 'idempotency-key': `older-${name}` });
      expect(answer).toMatchObject({ status: 202, body: { id } });
    }
    const { body } = await world.redial.request('GET', '/v1/calls');
    expect(body.calls).toHaveLength(Object.keys(older.calls).length);
  });

  it('then nothing is left behind', async () => {
    const left = async () => Object.entries(await leftBehind(redis, older.prefix)).filter(([, count]) => count > 0);
    await expect.poll(left, { timeout: 45_000, interval: 500 }).toEqual([]);
  });
});
