import { describe, expect, it } from 'vitest';
import { fromStorage, StorageUnavailable } from './storage-unavailable.ts';

/** ioredis' own errors, by their names. */
const named = (name: string, message = 'x') => Object.assign(new Error(message), { name });
const system = (code: string) =>
  Object.assign(new Error(`connect ${code} 127.0.0.1:6379`), { code, syscall: 'connect' });
const thrown = (error: unknown) => fromStorage(() => Promise.reject(error)).catch((caught: unknown) => caught);

describe('a failure of the storage', () => {
  it.each([
    new Error('Connection is closed.'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error('Command timed out'),
    new Error("Socket timeout. Expecting data, but didn't receive any in 10000ms."),
    new Error('connect ETIMEDOUT'),
    system('ECONNREFUSED'),
    system('ECONNRESET'),
    system('EPIPE'),
    system('ENOTFOUND'),
    named('MaxRetriesPerRequestError'),
    named('AbortError'),
    named('ClusterAllFailedError'),
    named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
    named('ReplyError', "OOM command not allowed when used memory > 'maxmemory'."),
    named('ReplyError', "READONLY You can't write against a read only replica."),
    named('ReplyError', 'MISCONF Redis is configured to save RDB snapshots'),
    named('ReplyError', 'NOREPLICAS Not enough good replicas to write.'),
    named('ReplyError', 'CLUSTERDOWN The cluster is down'),
    named('ReplyError', 'MOVED 3999 127.0.0.1:6381'),
    named('ReplyError', 'NOPERM this user has no permissions'),
    named('ReplyError', 'ERR max number of clients reached'),
    named('ReplyError', 'ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed'),
  ])('is its own: %s', async (error) => {
    const caught = await thrown(error);
    expect(caught).toBeInstanceOf(StorageUnavailable);
    expect((caught as StorageUnavailable).cause).toBe(error);
  });
});

describe('a bug of Redial', () => {
  it.each([
    new Error('a message of Redial'),
    new TypeError('x is not a function'),
    named('ZodError'),
    named('AssertionError'),
    named('ReplyError', 'WRONGTYPE Operation against a key holding the wrong kind of value'),
    named('ReplyError', "ERR wrong number of arguments for 'get' command"),
    named('ReplyError', 'ERR user_script:1: Script attempted to access nonexistent global variable'),
    'no error at all',
    undefined,
  ])('stays what it is: %s', async (error) => {
    expect(await thrown(error)).toBe(error);
  });
});
