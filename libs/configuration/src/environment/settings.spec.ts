import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

function read(environment: Record<string, string>) {
  const reading = readSettings(environment);
  if (!reading.ok) throw new Error(reading.errors.join('\n'));
  return reading.value;
}

function errorsOf(environment: Record<string, string>) {
  const reading = readSettings(environment);
  return reading.ok ? [] : reading.errors;
}

describe('settings', () => {
  it('have a default for everything but the logins', () => {
    expect(read({})).toEqual({
      redisUrl: 'redis://127.0.0.1:6379',
      configurationFile: './redial.yaml',
      keyPrefix: '{redial}',
      http: { host: '127.0.0.1', port: 8080 },
      durability: 'fsync',
      logLevel: 'info',
      dialerConcurrency: 1_000,
      replicas: 0,
      resultsConcurrency: 50,
      waitingMax: 5_000,
      failedLoginsPerMinute: 60,
      loginSources: [],
      maxConnections: 10_000,
      keepAliveSeconds: 75,
      ops: { host: '127.0.0.1', port: 0 },
      drainSeconds: 30,
      retentionDays: 30,
      sweepSeconds: 10,
      lockSeconds: 20,
    });
  });

  it('come from the environment; an empty variable is an unset one', () => {
    const settings = read({
      REDIAL_HTTP_PORT: '9000',
      REDIAL_HTTP_HOST: '::',
      REDIAL_ADMIN_USER: 'ops',
      REDIAL_ADMIN_PASSWORD: 'long enough',
      REDIAL_DURABILITY: 'everysec',
      REDIAL_LOG_LEVEL: '',
    });
    expect(settings).toMatchObject({
      http: { host: '::', port: 9_000 },
      admin: { user: 'ops', password: 'long enough' },
      durability: 'everysec',
      logLevel: 'info',
    });
  });

  it.each([
    ['REDIAL_REDIS_URL', 'http://example.org', 'must be a URL such as redis://127.0.0.1:6379'],
    ['REDIAL_REDIS_URL', 'redis+sentinel://a', 'must say which primary the Sentinels watch, such as ?name=mymaster'],
    ['REDIAL_KEY_PREFIX', 'redial', 'must hold one hash tag in braces, such as {redial}'],
    ['REDIAL_HTTP_HOST', 'a b', 'must be a host name or an IP address'],
    ['REDIAL_HTTP_PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['REDIAL_HTTP_PORT', '8e3', 'must be a whole number from 0 to 65535'],
    ['REDIAL_METRICS_TOKEN', 'short', 'must have at least 16 characters'],
    ['REDIAL_DURABILITY', 'always', 'must be fsync, everysec or none'],
    ['REDIAL_REPLICAS', '11', 'must be a whole number from 0 to 10'],
    ['REDIAL_LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal, silent'],
    ['REDIAL_DIALER_CONCURRENCY', '0', 'must be a whole number from 1 to 100000'],
    ['REDIAL_WAITING_MAX', '1e3', 'must be a whole number from 0 to 1000000'],
    ['REDIAL_FAILED_LOGINS_PER_MINUTE', '0', 'must be a whole number from 1 to 1000000'],
    ['REDIAL_LOGIN_SOURCES', '10.0.0.7,crm.example', 'must be addresses and networks, such as 10.0.0.7,10.1.0.0/16'],
    ['REDIAL_LOGIN_SOURCES', '10.0.0.0/33', 'must be addresses and networks, such as 10.0.0.7,10.1.0.0/16'],
    ['REDIAL_MAX_CONNECTIONS', '0', 'must be a whole number from 1 to 1000000'],
    ['REDIAL_KEEP_ALIVE_SECONDS', '3601', 'must be a whole number from 0 to 3600'],
    [
      'REDIAL_RETENTION_DAYS',
      '3',
      'must be a whole number from 4 to 3650: a webhook that is away is tried for up to three and a half days, and its CDR is kept as long as its call',
    ],
    ['REDIAL_RETENTION_DAYS', '3651', 'must be a whole number from 4 to 3650'],
    ['REDIAL_DRAIN_SECONDS', '-1', 'must be a whole number from 0 to 86400'],
  ])('%s=%s is refused by name', (name, value, message) => {
    expect(errorsOf({ [name]: value })).toEqual([`${name} ${message}`]);
  });

  it('report every issue at once, without values', () => {
    const errors = errorsOf({ REDIAL_ADMIN_PASSWORD: 'hush', REDIAL_METRICS_TOKEN: 'hush', REDIAL_OPS_PORT: 'hush' });
    expect(errors).toHaveLength(4);
    expect(errors).toContain('REDIAL_ADMIN_USER must be set, because REDIAL_ADMIN_PASSWORD is');
    expect(errors.join()).not.toContain('hush');
  });

  it('cannot be changed', () => {
    const settings = read({ REDIAL_ADMIN_USER: 'ops', REDIAL_ADMIN_PASSWORD: 'long enough' });
    expect([settings, settings.http, settings.ops, settings.admin].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    'rediss+cluster://app:hush@a:7000,b:7001',
    'redis+sentinel://app:hush@a:26379/0?name=mymaster&sentinelPassword=hush',
  ])('keep %s for the connections, and print it without its secrets', (url) => {
    const settings = read({ REDIAL_REDIS_URL: url });
    expect(settings.redisUrl).toBe(url);
    expect(JSON.stringify(settings)).toContain(url.replaceAll('hush', '***'));
  });

  it('are printed without their secrets', () => {
    const settings = read({
      REDIAL_REDIS_URL: 'rediss://app:hush-redis@db:6380/1',
      REDIAL_ADMIN_USER: 'ops',
      REDIAL_ADMIN_PASSWORD: 'hush-admin',
      REDIAL_METRICS_TOKEN: 'hush-metrics-token',
    });
    for (const printed of [JSON.stringify(settings), inspect(settings)]) {
      expect(printed).toContain('rediss://app:***@db:6380/1');
      expect(printed).toContain('ops');
      expect(printed).not.toContain('hush');
    }
  });
});
