import { describe } from 'vitest';
import { storeContract } from './store-contract.ts';
import { useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

describe('the store on Redis', () => {
  storeContract(() => onRedis.open());
});
