import { v1 } from '@redial/dialects';
import { createWebhookSink } from '@redial/sinks';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, startWebhookReceiver, status, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { cdrOfTest } from './cdr-of-test.ts';

const secret = `whsec_${'A'.repeat(32)}`;
const delivery = { id: 'att_1.crm', createdAt: Date.UTC(2026, 0, 2) };
const receivers: WebhookReceiver[] = [];
afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.stop())));

async function given(...answers: [Answer, ...Answer[]]) {
  const receiver = await startWebhookReceiver(...answers);
  receivers.push(receiver);
  const { toBody } = v1.notifications.redial.webhook;
  const deliver = (timeoutMs = 20_000) =>
    createWebhookSink({ name: 'crm', url: receiver.url, secrets: [secret], timeoutMs, toBody }).deliver(
      cdrOfTest(),
      delivery,
    );
  return { receiver, deliver };
}

describe('a webhook', () => {
  it('is posted as JSON that the receiver can verify', async () => {
    const { receiver, deliver } = await given(status(204));
    expect(await deliver()).toEqual({ type: 'delivered' });
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'att_1.crm' });
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toMatchObject({
      type: 'cdr',
      timestamp: '2026-01-02T00:00:00.000Z',
      data: { id: 'att_1', disposition: 'busy', dial2: { destination: { number: '+27821234567' }, cause: 17 } },
    });
  });

  it('has the same id in every try', async () => {
    const { receiver, deliver } = await given(status(500), status(200));
    expect(await deliver()).toEqual({ type: 'failed', error: 'HTTP 500', retry: { type: 'scheduled' } });
    expect(await deliver()).toEqual({ type: 'delivered' });
    expect(receiver.received.map((r) => r.headers['webhook-id'])).toEqual(['att_1.crm', 'att_1.crm']);
  });

  it('gets no request again after 410', async () => {
    const { deliver } = await given(status(410));
    expect(await deliver()).toEqual({ type: 'failed', error: 'HTTP 410 (gone)', retry: { type: 'never' } });
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await given(status(200));
    const { deliver } = await given(status(307, { location: elsewhere.receiver.url }));
    expect(await deliver()).toEqual({
      type: 'failed',
      error: 'HTTP 307 (redirects are not followed)',
      retry: { type: 'scheduled' },
    });
    expect(elsewhere.receiver.received).toEqual([]);
  });

  it('that never answers is abandoned in time', async () => {
    const { deliver } = await given(() => undefined);
    expect(await deliver(50)).toEqual({
      type: 'failed',
      error: 'no answer within 0.05 s',
      retry: { type: 'scheduled' },
    });
  });

  it('whose answer never ends counts by its status, and its connection is closed', async () => {
    const released = Promise.withResolvers<void>();
    const { deliver } = await given((response, socket) => {
      socket.once('close', () => released.resolve());
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    });
    expect(await deliver(3_600_000)).toEqual({ type: 'delivered' });
    await released.promise;
  });

  it('that hangs up, or is not there, is tried later', async () => {
    const { receiver, deliver } = await given((_response, socket) => socket.destroy());
    expect(await deliver()).toMatchObject({ type: 'failed', retry: { type: 'scheduled' } });
    await receiver.stop();
    expect(await deliver()).toEqual({ type: 'failed', error: 'connection refused', retry: { type: 'scheduled' } });
  });
});
