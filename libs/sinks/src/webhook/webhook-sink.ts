import type { Cdr } from '@redial/call';
import { type Clock, splitLogin, systemClock } from '@redial/platform';
import type { Sink, SinkResult } from '../sink.ts';
import { createConcurrencyLimiter } from './concurrency-limiter.ts';
import { describeFailure } from './failure.ts';
import { retryAfterMs } from './retry-after.ts';
import { createRetryPacer } from './retry-pacer.ts';
import { createSigner } from './signature.ts';

export interface WebhookSinkOptions {
  readonly name: string;
  /** May hold a user and a password, which are sent as Basic authorization. */
  readonly url: string;
  /** `whsec_…`; several while one is being replaced. */
  readonly secrets: readonly string[];
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** One CDR → the JSON body. `writtenAt`: when the CDR was written, epoch ms. */
  readonly toBody: (cdr: Cdr, writtenAt: number) => unknown;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** One slow receiver must not hold every delivery worker: with so many waiting for it this long, the rest is put off. */
const waitingMax = 8;
const slowMs = 1_000;
/**
 * What is put off comes back 50 a second: six times what a receiver that is slow by the above can take, and a load that Redis does not
 * notice. A backlog of 180,000 fills the hour.
 */
const putOff = { soonestMs: 2_000, apartMs: 20, latestMs: 3_600_000 };

/**
 * A webhook by the Standard Webhooks specification: a signed POST. 2xx is delivered, 410 is never sent again, every other answer is
 * tried later; the Retry-After of a 429 or 503 states when at the earliest. Redirects are not followed, and the answer's body is not read.
 *
 * The operator chooses the address (configuration file), never a client, so private networks are allowed. Bar them before clients may
 * choose addresses.
 */
export function createWebhookSink(options: WebhookSinkOptions): Sink {
  const { name, secrets, timeoutMs, toBody, clock = systemClock } = options;
  const sign = createSigner(secrets);
  const { url, authorization } = splitLogin(options.url);
  const limiter = createConcurrencyLimiter({ waitingMax, slowMs });
  const pacer = createRetryPacer(putOff);

  return {
    type: 'webhook',
    name,
    async deliver(cdr, { id, createdAt }) {
      const now = clock.now();
      if (limiter.isCrowded(now)) {
        return {
          type: 'failed',
          retryable: true,
          error: 'others wait for it already',
          notTried: { afterMs: pacer.afterMs(now) },
        };
      }
      const body = JSON.stringify(toBody(cdr, createdAt));
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Redial',
        ...(authorization !== undefined && { authorization }),
        ...sign({ id, at: now, body }),
      };
      const leave = limiter.enter(now);
      try {
        return await post(options.fetch ?? fetch, url, headers, body, timeoutMs, clock);
      } finally {
        leave(clock.now());
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
  clock: Clock,
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
    return judge(response, clock.now());
  } catch (error) {
    return { type: 'failed', retryable: true, error: describeFailure(error, timeoutMs) };
  }
}

function judge({ status, headers }: Response, now: number): SinkResult {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  const note = status >= 300 && status < 400 ? ' (redirects are not followed)' : status === 410 ? ' (gone)' : '';
  const asked = status === 429 || status === 503 ? retryAfterMs(headers.get('retry-after'), now) : undefined;
  return {
    type: 'failed',
    retryable: status !== 410,
    error: `HTTP ${status}${note}`,
    ...(asked !== undefined && { retryAfterMs: asked }),
  };
}
