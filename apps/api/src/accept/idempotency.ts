import { createHash } from 'node:crypto';
import { type HttpReply, type Problem, problem } from '@redial/dialects';
import { type IdempotencyKey, IdempotencyLost, type IdempotencyStore } from '@redial/store';
import { fromStorage } from '../storage/storage-unavailable.ts';
import type { Acceptor } from './accept-calls.ts';

const keyShape = /^[A-Za-z0-9._~:+/=-]{1,255}$/;

/**
 * The header's value → the key. draft-ietf-httpapi-idempotency-key-header writes it as a quoted string; most clients
 * write it bare.
 */
export function readIdempotencyKey(header: string): string | undefined {
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  return keyShape.test(key) ? key : undefined;
}

interface IdempotentRequest {
  readonly tenantId: string;
  /** As the client sent it, or undefined. */
  readonly header: string | undefined;
  /** Names the operation: one key serves one operation. */
  readonly operation: string;
  readonly body: unknown;
}

interface IdempotencyPorts {
  readonly store: IdempotencyStore;
  readonly acceptor: Pick<Acceptor, 'confirm'>;
}

/** The result of the work behind a key. `kept` replies are those that were completed with `acceptCalls`. */
interface IdempotentResult {
  readonly result: HttpReply | Problem;
  readonly kept: boolean;
}

type IdempotentWork = (
  complete: ((reply: HttpReply) => IdempotencyKey & { readonly reply: string }) | undefined,
) => Promise<IdempotentResult>;

/**
 * Runs `work` once for a key. A repetition with the same body gets the kept reply. A reply that accepted nothing is not
 * kept, so that a client may correct its request and send it again under the same key.
 */
export async function idempotently(
  { store, acceptor }: IdempotencyPorts,
  { tenantId, header, operation, body }: IdempotentRequest,
  work: IdempotentWork,
): Promise<HttpReply | Problem> {
  if (header === undefined) return (await work(undefined)).result;
  const own = readIdempotencyKey(header);
  if (own === undefined) {
    return problem('invalid_idempotency_key', {
      errors: [{ field: 'Idempotency-Key', message: 'is not a valid key' }],
    });
  }
  const key: IdempotencyKey = { tenantId, key: own, fingerprint: fingerprint(operation, body) };
  const answer = await fromStorage(() => store.beginIdempotency(key));
  switch (answer.type) {
    case 'replay':
      // The first answer may have been lost because this confirmation failed.
      await acceptor.confirm({ answered: key });
      return replayed(answer.reply);
    case 'mismatch':
      return problem('idempotency_mismatch', {
        errors: [{ field: 'Idempotency-Key', message: 'was used with another request' }],
      });
    case 'in_flight':
      return problem('idempotency_in_flight', { headers: { 'Retry-After': '1' } });
    default:
      return first(store, key, work);
  }
}

async function first(store: IdempotencyStore, key: IdempotencyKey, work: IdempotentWork): Promise<HttpReply | Problem> {
  let kept = false;
  try {
    const done = await work((reply) => ({ ...key, reply: JSON.stringify(reply) }));
    kept = done.kept;
    return done.result;
  } catch (error) {
    // Another request took the key over while this one hung. That request answers.
    if (error instanceof IdempotencyLost) return problem('idempotency_in_flight', { headers: { 'Retry-After': '1' } });
    throw error;
  } finally {
    // An answered key stays unchanged, so this is safe even if the reply to the write was lost. If this fails, the key
    // expires.
    if (!kept) await store.abandonIdempotency(key).catch(() => undefined);
  }
}

function replayed(kept: string): HttpReply {
  const reply = JSON.parse(kept) as HttpReply;
  return { ...reply, headers: { ...reply.headers, 'Idempotency-Replayed': 'true' } };
}

/** The same for the same values, in any order and spacing. */
export function fingerprint(operation: string, body: unknown): string {
  return createHash('sha256').update(operation).update('\n').update(canonical(body)).digest('hex');
}

function canonical(body: unknown): string {
  return JSON.stringify(sorted(body, depthMax)) ?? '';
}

/** Deeper than every valid request. Lower levels are ignored: a body of brackets alone would use up the stack. */
const depthMax = 20;

/**
 * More fields than any valid object has. A larger object is not sorted, because that work has no limit. Such a request
 * counts as different when its fields come in another order.
 */
const sortedMax = 1_000;

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return 'too deep';
  if (Array.isArray(value)) return value.map((part) => sorted(part, depth - 1));
  const names = Object.keys(value);
  if (names.length > sortedMax) return [names, Object.values(value).map((part) => sorted(part, depth - 1))];
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, part]) => [name, sorted(part, depth - 1)]));
}
