import { Webhook } from 'standardwebhooks';

interface WebhookMessage {
  readonly id: string;
  /** When this try is made, epoch ms. Receivers refuse old messages, which prevents replays. */
  readonly at: number;
  readonly body: string;
}

type SignWebhook = (message: WebhookMessage) => Record<string, string>;

/**
 * The three headers of Standard Webhooks. Signed with every secret: while one is being replaced, the receiver may know
 * only one of them. Throws for a secret that is not base64.
 */
export function createSigner(secrets: readonly string[]): SignWebhook {
  const signers = secrets.map((secret) => new Webhook(secret));
  return ({ id, at, body }) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, new Date(at), body)).join(' '),
  });
}
