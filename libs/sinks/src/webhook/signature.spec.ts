import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createSigner } from './signature.ts';

const [one, other, third] = ['A', 'B', 'C'].map((letter) => `whsec_${letter.repeat(32)}`) as [string, string, string];
const message = { id: 'att_1.crm', at: Date.now(), body: '{"type":"cdr"}' };

describe('a signature', () => {
  it('is verified by the receivers of every secret, and by no other', () => {
    const headers = createSigner([one, other])(message);
    expect(new Webhook(one).verify(message.body, headers)).toEqual({ type: 'cdr' });
    expect(new Webhook(other).verify(message.body, headers)).toEqual({ type: 'cdr' });
    expect(() => new Webhook(third).verify(message.body, headers)).toThrow('No matching signature');
  });

  it('covers id, time and body', () => {
    const headers = createSigner([one])(message);
    const verify = (changed: Record<string, string>, body = message.body) =>
      new Webhook(one).verify(body, { ...headers, ...changed });
    expect(() => verify({ 'webhook-id': 'att_2.crm' })).toThrow('No matching signature');
    expect(() => verify({ 'webhook-timestamp': String(Math.floor(message.at / 1_000) - 1) })).toThrow('No matching');
    expect(() => verify({}, '{"type":"CDR"}')).toThrow('No matching signature');
  });

  it('is that of the specification', () => {
    // The example of the Standard Webhooks reference libraries.
    const sign = createSigner(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    expect(sign({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000, body: '{"test": 2432232314}' })).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});
