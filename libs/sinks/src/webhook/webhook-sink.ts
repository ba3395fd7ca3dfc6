import { type Clock, systemClock } from '@redial/platform';
import { toPublicCdr } from '../public-cdr.ts';
import type { Sink, SinkResult } from '../sink.ts';
import { createCrowding } from './crowding.ts';
import { describeFailure } from './failure.ts';
import { createSigner } from './signature.ts';

export interface WebhookSinkOptions {
  readonly name: string;
  /** May hold a user and a password, which are sent as Basic authorization. */
  readonly url: string;
  /** `whsec_…`; several while one is being replaced. */
  readonly secrets: readonly string[];
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** One slow receiver must not hold every delivery worker: with so many waiting for it this long, the rest is put off. */
const waitingMax = 8;
const slowMs = 1_000;
const putOffMs = 2_000;

/**
 * A webhook by the Standard Webhooks specification: POST `{type: 'cdr', timestamp, data}`, signed. 2xx is delivered, 410 is never asked again, everything else is
 * tried later. Redirects are not followed and the answer's body is not read.
 *
 * The address is the operator's (configuration file), never a caller's: that is why private networks are not barred here. Should callers
 * ever choose addresses, they must be.
 */
export function createWebhookSink(options: WebhookSinkOptions): Sink {
  const { name, secrets, timeoutMs, clock = systemClock } = options;
  const sign = createSigner(secrets);
  const { address, authorization } = splitUrl(options.url);
  const crowding = createCrowding({ waitingMax, slowMs });

  return {
    type: 'webhook',
    name,
    async deliver(cdr, { id, createdAt }) {
      const now = clock.now();
      if (crowding.isCrowded(now)) {
        return {
          type: 'failed',
          retryable: true,
          error: 'others wait for it already',
          notTried: { afterMs: putOffMs },
        };
      }
      const timestamp = new Date(createdAt).toISOString();
      const body = JSON.stringify({ type: 'cdr', timestamp, data: toPublicCdr(cdr) });
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Redial',
        ...authorization,
        ...sign({ id, at: now, body }),
      };
      const leave = crowding.enter(now);
      try {
        return await post(options.fetch ?? fetch, address, headers, body, timeoutMs);
      } finally {
        leave();
      }
    },
  };
}

async function post(
  send: typeof fetch,
  address: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<SinkResult> {
  try {
    const response = await send(address, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Not read, however long it is. A receiver that fails to end it cannot undo its status either.
    await response.body?.cancel().catch(() => undefined);
    return judge(response.status);
  } catch (error) {
    return { type: 'failed', retryable: true, error: describeFailure(error, timeoutMs) };
  }
}

function judge(status: number): SinkResult {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  const note = status >= 300 && status < 400 ? ' (redirects are not followed)' : status === 410 ? ' (gone)' : '';
  return { type: 'failed', retryable: status !== 410, error: `HTTP ${status}${note}` };
}

/** fetch refuses addresses that hold a password. */
function splitUrl(written: string): { address: string; authorization: Record<string, string> } {
  const url = new URL(written);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { address: url.href, authorization: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address: url.href, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}
