import type { Store } from '@redial/store';
import { describe } from 'vitest';
import { storeContract } from '../integration/store/store-contract.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import type { Books } from './books.ts';
import { createModelStore } from './model-store.ts';
import { createRandom } from './random.ts';
import { createRedis } from './redis.ts';

/** Nobody keeps any; what the model does not have is told by an error all the same. */
const noBooks = new Proxy({} as Books, { get: () => () => undefined });

/** A store of which each question is answered at once: the agenda goes on for as long as it takes. */
function driven(store: Store, agenda: Agenda): Store {
  return new Proxy(store, {
    // A promise's own question is none of the store's.
    get: (target, key) =>
      key === 'then'
        ? undefined
        : async (...args: readonly unknown[]) => {
            let isAnswered = false;
            const answer = Promise.resolve(Reflect.get(target, key)(...args)).finally(() => {
              isAnswered = true;
            });
            while (!isAnswered && (await agenda.step()));
            return answer;
          },
  });
}

describe('the model of the store, as the real one has it', () => {
  storeContract(async () => {
    const agenda = createAgenda(0);
    const model = createModelStore(agenda, createRedis(agenda, createRandom(1)), noBooks, undefined);
    return driven(model.portFor({ isAlive: true }), agenda);
  });
});
