import type { NotificationFormat } from '../dialect.ts';
import { cdrExample, cdrWebhookExample } from './examples.ts';
import { CdrNotification, CdrWebhook, toNotification, toWebhook } from './to-notification.ts';

/** The format of a sink that names none. */
export const notifications = {
  redial: {
    summary: 'A CDR in the words of /v1',
    toNotification,
    schema: CdrNotification,
    example: cdrExample,
    webhook: { toBody: toWebhook, schema: CdrWebhook, example: cdrWebhookExample },
  },
} satisfies Readonly<Record<string, NotificationFormat>>;
