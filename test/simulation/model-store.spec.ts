import type { Store } from '@redial/store';
import { scriptableStore } from '@redial/testing';
import { describe } from 'vitest';
import { storeContract } from '../integration/store/store-contract.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import type { Books } from './books.ts';
import { createModelStore } from './model-store.ts';
import { createRandom } from './random.ts';
import { createRedis } from './redis.ts';

/** No books are kept. A method that the model lacks is still an error. */
const noBooks = new Proxy({} as Books, { get: () => () => undefined });

/** A store that answers each request at once: the agenda runs until the answer is there. */
function driven(store: Store, agenda: Agenda): Store {
  return new Proxy(store, {
    // `await` reads `then`, which is not a method of the store.
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

describe('the in-memory store of the unit specs', () => {
  storeContract(async () => scriptableStore().port);
});

describe('the model of the store in the simulation', () => {
  storeContract(async () => {
    const agenda = createAgenda(0);
    const model = createModelStore(agenda, createRedis(agenda, createRandom(1)), noBooks, undefined);
    return driven(model.portFor({ isAlive: true }), agenda);
  });
});
