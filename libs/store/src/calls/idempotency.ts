import { abandonIdempotencyScript, beginIdempotencyScript } from '../scripts/begin-idempotency.ts';
import { runScript } from '../scripts/script.ts';
import type { StoreContext } from '../store-context.ts';
import type { IdempotencyAnswer, IdempotencyStore } from './idempotency-store.ts';

/** Another request has completed the idempotency key, or used it with another body, meanwhile. Nothing was written. */
export class IdempotencyLost extends Error {
  override readonly name = 'IdempotencyLost';

  constructor() {
    super('the idempotency key was used by another request meanwhile');
  }
}

export function idempotencyOf(context: StoreContext): IdempotencyStore {
  const { redis, keys, idempotencyInFlightMs } = context;
  return {
    beginIdempotency: async (key) => {
      const args = [key.fingerprint, idempotencyInFlightMs];
      const answer = await runScript(redis, beginIdempotencyScript, [keys.idempotency(key)], args);
      const [type, reply] = answer as [IdempotencyAnswer['type'], string | undefined];
      return type === 'replay' ? { type, reply: reply ?? '' } : { type };
    },
    abandonIdempotency: async (key) => {
      await runScript(redis, abandonIdempotencyScript, [keys.idempotency(key)], [key.fingerprint]);
    },
  };
}
