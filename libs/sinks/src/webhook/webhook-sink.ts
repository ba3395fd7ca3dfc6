import type { Cdr } from '@redial/call';
import { type Clock, splitLogin, systemClock } from '@redial/platform';
import type { Sink, SinkResult } from '../sink.ts';
import { createConcurrencyLimiter } from './concurrency-limiter.ts';
import { describeFailure } from './failure.ts';
import { retryAfterMs } from './retry-after.ts';
import { createRetryPacer } from './retry-pacer.ts';
import { createSigner } from './signature.ts';

interface WebhookSinkOptions {
  readonly name: string;
  /** May hold a user and a password, which are sent as Basic authorization. */
  readonly url: string;
  /** `whsec_…`. Several while one is being replaced. */
  readonly secrets: readonly string[];
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** One CDR → the JSON body. `writtenAt`: when the CDR was written, epoch ms. */
  readonly toBody: (cdr: Cdr, writtenAt: number) => unknown;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/**
 * One slow receiver must not occupy all delivery workers: while so many requests have waited for it this long, it gets
 * no more.
 */
const waitingMax = 8;
const slowMs = 1_000;
/**
 * Postponed deliveries come back 50 a second. That is six times as many as a receiver that is slow by the above
 * accepts, and a small load for Redis. A backlog of 180,000 fills the hour.
 */
const pace = { soonestMs: 2_000, apartMs: 20, latestMs: 3_600_000 };

/**
 * A webhook by the Standard Webhooks specification: a signed POST. 2xx is delivered, 410 is never sent again, every
 * other answer is tried later. The Retry-After of a 429 or 503 states when at the earliest. Redirects are not followed,
 * and the answer's body is not read.
 *
 * The operator chooses the address (configuration file), never a client, so private networks are allowed. Forbid them
 * before clients may choose addresses.
 */
export function createWebhookSink(options: WebhookSinkOptions): Sink {
  const { name, secrets, timeoutMs, toBody, clock = systemClock } = options;
  const { sign, url, authorization } = usable(options.url, secrets);
  const limiter = createConcurrencyLimiter({ waitingMax, slowMs });
  const pacer = createRetryPacer(pace);

  return {
    type: 'webhook',
    name,
    handover: 'queued',
    async deliver(cdr, { id, createdAt }) {
      const now = clock.now();
      if (limiter.isCrowded(now)) return { type: 'busy', afterMs: pacer.afterMs(now) };
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

/** What is sent with every request. The error holds neither address nor secret. */
function usable(address: string, secrets: readonly string[]) {
  try {
    return { sign: createSigner(secrets), ...splitLogin(address) };
  } catch {
    throw new RangeError('its url or its secret cannot be used (the secret is whsec_ and base64)');
  }
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
    // The body is not read, however long it is. An error in it does not change the status.
    await response.body?.cancel().catch(() => undefined);
    return judge(response, clock.now());
  } catch (error) {
    return { type: 'failed', error: describeFailure(error, timeoutMs), retry: { type: 'scheduled' } };
  }
}

function judge({ status, headers }: Response, now: number): SinkResult {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  const error = `HTTP ${status}`;
  if (status === 410) return { type: 'failed', error: `${error} (gone)`, retry: { type: 'never' } };
  const isRedirect = status >= 300 && status < 400;
  const requestedMs = status === 429 || status === 503 ? retryAfterMs(headers.get('retry-after'), now) : undefined;
  return {
    type: 'failed',
    error: isRedirect ? `${error} (redirects are not followed)` : error,
    retry: { type: 'scheduled', ...(requestedMs !== undefined && { requestedMs }) },
  };
}
