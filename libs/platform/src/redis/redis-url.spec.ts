import { describe, expect, it } from 'vitest';
import { describeRedisUrl, parseRedisUrl } from './redis-url.ts';

describe('a Redis URL', () => {
  it.each([
    ['redis://app:hush@db:6380/1', { type: 'single', url: 'redis://app:hush@db:6380/1' }],
    [
      'redis+cluster://a,b:7001,[2001:db8::1]:7002',
      {
        type: 'cluster',
        servers: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
          { host: '2001:db8::1', port: 7002 },
        ],
        login: {},
        tls: false,
      },
    ],
    [
      'rediss+cluster://app:p%40ss%2F%3A@a:1/',
      { type: 'cluster', servers: [{ host: 'a', port: 1 }], login: { username: 'app', password: 'p@ss/:' }, tls: true },
    ],
    [
      'redis+sentinel://:hush@s1,s2:26380/2?name=mymaster&sentinelUsername=watch&sentinelPassword=hush%26more',
      {
        type: 'sentinel',
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
        ],
        name: 'mymaster',
        database: 2,
        login: { password: 'hush' },
        sentinelLogin: { username: 'watch', password: 'hush&more' },
        tls: false,
      },
    ],
    [
      'rediss+sentinel://s1?name=a',
      {
        type: 'sentinel',
        sentinels: [{ host: 's1', port: 26379 }],
        name: 'a',
        database: 0,
        login: {},
        sentinelLogin: {},
        tls: true,
      },
    ],
  ])('%s is understood', (written, setup) => {
    expect(parseRedisUrl(written)).toEqual(setup);
  });

  it.each([
    ['hush', 'must be a URL such as redis://127.0.0.1:6379'],
    ['redis://hush hush:x', 'must be a URL such as redis://127.0.0.1:6379'],
    ['redis+other://hush', 'must be a URL such as redis://127.0.0.1:6379'],
    ['redis+cluster://', 'must list servers as host:port, with commas between; number 1 is none'],
    ['redis+cluster://a:hush@a,,b', 'must list servers as host:port, with commas between; number 2 is none'],
    ['redis+cluster://a,b:70000', 'must list servers as host:port, with commas between; number 2 is none'],
    ['redis+cluster://a:hu/sh@b', 'must list servers as host:port, with commas between; number 1 is none'],
    ['redis+cluster://:hu%sh@b', 'holds a user or a password that is not percent-encoded: a % is written %25'],
    ['redis+cluster://a/3', 'names a database, but a Redis Cluster has only one'],
    ['redis+cluster://a?hush=1', 'takes no parameters behind the ?'],
    ['redis+sentinel://a', 'must say which primary the Sentinels watch, such as ?name=mymaster'],
    ['redis+sentinel://a/hush?name=m', 'must name its database by number, such as /0'],
    [
      'redis+sentinel://a?name=m&hush=1',
      'takes no parameters but name, sentinelUsername, sentinelPassword behind the ?',
    ],
  ])('%s is refused in words that show nothing of it', (written, message) => {
    expect(() => parseRedisUrl(written)).toThrow(message);
    expect(message).not.toContain('hush');
  });

  it.each([
    ['redis://db', 'redis://db'],
    ['redis://app:hush@db/1?password=hush', 'redis://app:***@db/1?password=***'],
    ['rediss+cluster://app:hush@a,[::1]:7', 'rediss+cluster://app:***@a:6379,[::1]:7'],
    ['redis+cluster://a', 'redis+cluster://a:6379'],
    [
      'redis+sentinel://:hush@s/1?sentinelPassword=hush&name=m',
      'redis+sentinel://:***@s:26379/1?name=m&sentinelPassword=***',
    ],
    ['redis+sentinel://app@s?sentinelUsername=u&name=m', 'redis+sentinel://app@s:26379/0?name=m&sentinelUsername=u'],
  ])('%s is shown without its secrets', (written, shown) => {
    expect(describeRedisUrl(written)).toBe(shown);
  });
});
