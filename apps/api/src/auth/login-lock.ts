import { type Logger, type Metrics, shortHash } from '@redial/platform';

interface LoginLockPorts {
  readonly redisCommand: (...words: string[]) => Promise<unknown>;
  readonly keyPrefix: string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'accountGuessed'>;
  readonly failedLoginsPerMinute: number;
}

/** An account of one login, and the address of the client. */
interface Guess {
  /** `dialup`, `dashboard`, … */
  readonly api: string;
  /** An account of the configuration, so that the number of keys in Redis is bounded, whatever names are tried. */
  readonly account: string;
  readonly address: string;
}

/**
 * Locks an account for an address that guesses at it, in all API processes together.
 *
 * H1  While it is locked, right and wrong credentials get the same answer.
 * H2  Other clients can log in meanwhile: from other addresses, and from this one with other accounts.
 * H3  Each lock lasts twice as long as the one before, up to `longestMs`, until an hour has passed without a failure.
 */
export interface LoginLock {
  /**
   * How long the account stays locked already. While it is not, right credentials clear the failures before them, and
   * wrong ones are counted.
   */
  tried(guess: Guess, isRight: boolean): Promise<number>;
  /** The address has failed too often, with any accounts: this one is locked from now on. */
  hold(guess: Guess): Promise<number>;
}

const firstMs = 60_000;
const longestMs = 900_000;
const rememberedMs = 3_600_000;
/** Failures from so many addresses within ten minutes are not typing errors. */
const manyAddresses = 5;
const addressesMs = 600_000;

/**
 * KEYS  held (a string that expires) · state (hash: failed, holds) · addresses (set)
 * ARGV  1 right, 0 wrong, -1 hold · failures until it is held · first hold, longest hold, memory of it, in ms · the
 *       address · ms that addresses count
 * Returns {ms, addresses that failed recently if this one is new among them, else 0}. `ms`: how long it was held
 * already; for -1, how long it is held from now on. The failure that begins a hold therefore gets the same answer as
 * the one before.
 */
const script = `
local right = tonumber(ARGV[1])
local held = redis.call('PTTL', KEYS[1])
if held > 0 then return {held, 0} end
if right == 1 then
  redis.call('DEL', KEYS[2])
  return {0, 0}
end
local failed = redis.call('HINCRBY', KEYS[2], 'failed', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local wait = 0
if right == -1 or failed >= tonumber(ARGV[2]) then
  local holds = redis.call('HINCRBY', KEYS[2], 'holds', 1)
  wait = math.floor(math.min(tonumber(ARGV[3]) * 2 ^ math.min(holds - 1, 30), tonumber(ARGV[4])))
  redis.call('HSET', KEYS[2], 'failed', 0)
  redis.call('SET', KEYS[1], '1', 'PX', wait)
end
local addresses = 0
if redis.call('SCARD', KEYS[3]) < 100 and redis.call('SADD', KEYS[3], ARGV[6]) == 1 then
  addresses = redis.call('SCARD', KEYS[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[7])
end
if right == -1 then return {wait, addresses} end
return {0, addresses}
`;

export function loginLock({
  redisCommand,
  keyPrefix,
  logger,
  metrics,
  failedLoginsPerMinute,
}: LoginLockPorts): LoginLock {
  async function ask(guess: Guess, right: 1 | 0 | -1): Promise<number> {
    const { api, account, address } = guess;
    const own = shortHash(JSON.stringify([api, account]));
    const pair = shortHash(JSON.stringify([api, account, address]));
    const keys = [`held:${pair}`, `guesses:${pair}`, `addresses:${own}`].map(
      (key) => `${keyPrefix}:failed-logins:${key}`,
    );
    const numbers = [right, failedLoginsPerMinute, firstMs, longestMs, rememberedMs].map(String);
    try {
      const words = ['EVAL', script, '3', ...keys, ...numbers, shortHash(address), String(addressesMs)];
      const [heldMs, addresses] = (await redisCommand(...words)) as [number, number];
      if (addresses === manyAddresses) {
        metrics.accountGuessed(api);
        logger.warn({ api, account }, 'an account is guessed at from many addresses');
      }
      return heldMs;
    } catch (error) {
      // As with the other limits: without Redis nothing is counted, and no client is locked out.
      logger.error({ error }, 'a login could not be counted');
      return 0;
    }
  }
  return { tried: (guess, isRight) => ask(guess, isRight ? 1 : 0), hold: (guess) => ask(guess, -1) };
}
