import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { act, vendorTenant } from '../support/vendors.ts';
import { startWebhookReceiver, status, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { agent, aWorld, customer, invites, national } from './world.ts';

/** A client of call/originate/act: JSON by PUT, two credentials, and a webhook for the CDR. */
describe('given a call/originate/act integration', () => {
  let crm: WebhookReceiver;
  const world = aWorld(async () => {
    crm = await startWebhookReceiver(status(204));
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    return {
      tenant: vendorTenant,
      sinks: [{ type: 'webhook', name: 'crm', url: crm.url, secret, format: 'call-originate-act' }],
    };
  });
  afterAll(() => crm?.stop());

  async function originated(fields: Readonly<Record<string, string>>): Promise<string> {
    const { status: code, body } = await act.put(world.redial, { context: 'main_routing', ...fields });
    expect([code, body]).toEqual([
      200,
      {
        success: 1,
        message: null,
        data: { originated_call_id: expect.stringMatching(/^orig\.call\.[0-9]+\.[0-9]{6}$/) },
      },
    ]);
    return body.data.originated_call_id;
  }
  async function webhookOf(id: string) {
    const found = () => crm.received.map(({ body }) => JSON.parse(body)).filter((cdr) => cdr.originated_call_id === id);
    await expect.poll(found, { timeout: 20_000 }).toHaveLength(1);
    return found()[0];
  }

  it('when both answer, then the webhook has the vendor’s CDR', async () => {
    const [caller, callee] = [agent('answers', 1), customer('answersAndHangsUp', 1)];
    const id = await originated({ caller, callee: national(callee), caller_id: '0110001111', trunk_name: 'cisco' });
    const cdr = await world.redial.inbox.first(({ reference }) => reference === id);
    const time = expect.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}/);
    const seconds = expect.any(Number);
    const webhook = await webhookOf(id);
    expect(webhook).toEqual({
      event_name: 'Cdr',
      ...{ starttime: time, endtime: time, duration: seconds, billsec: seconds, wait: seconds },
      src: caller,
      dst: callee,
      type: 'outgoing',
      disposition: 'ANSWERED',
      record: '',
      unique_id: cdr.id,
      cuid: cdr.callId,
      originated_call_id: id,
    });
    expect(webhook.wait + webhook.billsec).toBe(webhook.duration);
    expect(world.pbx.phones.invitesTo(callee)).toMatchObject([{ from: '27110001111' }]);
  });

  it.each([
    ['does not answer', agent('ringsForEver', 2), 'NO ANSWER'],
    ['is busy', agent('busy', 2), 'BUSY'],
  ])('when the first person %s, then a CDR is sent all the same: %s → %s', async (_what, caller, disposition) => {
    const callee = agent('answers', 2);
    const id = await originated({ caller, callee, caller_id: caller, timeout: '1' });
    expect(await webhookOf(id)).toMatchObject({ type: 'local', disposition, billsec: 0 });
    expect(invites(world, callee)).toBe(0);
  });

  it('when call_limit is over, then the talk ends', async () => {
    const [caller, callee] = [agent('answers', 3), customer('answers', 3)];
    const id = await originated({ caller, callee, caller_id: caller, trunk_name: 'cisco', call_limit: '1' });
    const { billsec, disposition } = await webhookOf(id);
    expect([disposition, billsec]).toEqual(['ANSWERED', expect.closeTo(1, -0.5)]);
  });

  it('when the first person is outside, then the context’s trunk routes it, or trunk_name', async () => {
    const [caller, callee] = [customer('answers', 4), agent('answersAndHangsUp', 4)];
    const byContext = await originated({ caller, callee, caller_id: '0110001111', context: 'outgoing' });
    await webhookOf(byContext);
    const cdr = await world.redial.inbox.first(({ reference }) => reference === byContext);
    expect(cdr.dial1.destination).toEqual({ kind: 'number', number: `+${caller}`, trunk: 'carrier2' });
    const byName = await originated({ caller, callee, caller_id: '0110001111', trunk_name: 'cisco' });
    const second = await world.redial.inbox.first(({ reference }) => reference === byName);
    expect(second.dial1.destination.trunk).toBe('carrier');
    const { body } = await act.put(world.redial, { caller, callee, context: 'main_routing', caller_id: '0110001111' });
    expect(body).toEqual({ success: 0, message: expect.stringContaining("'trunk_name'"), data: null });
  });

  it('when the callee is outside and no trunk is named, then it is an error, and no phone rings', async () => {
    const [caller, callee] = [agent('answers', 5), customer('answers', 5)];
    const { body } = await act.put(world.redial, {
      caller,
      callee,
      context: 'main_routing',
      caller_id: caller,
      trunk_name: '',
    });
    expect(body).toEqual({ success: 0, message: "Field 'trunk_name':value is missing", data: null });
    expect(invites(world, caller)).toBe(0);
  });
});
