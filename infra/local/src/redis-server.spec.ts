import { expect, test } from 'vitest';
import { redisArguments } from './redis-server.ts';

test('what Redis acknowledged is on disk, and nothing is evicted, unless asked otherwise', () => {
  expect(redisArguments({})).toEqual([
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--maxmemory-policy',
    'noeviction',
  ]);
  expect(redisArguments({ appendonly: false, appendfsync: 'everysec', extraArgs: ['--io-threads', '2'] })).toEqual([
    ...['--appendonly', 'no', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--io-threads', '2'],
  ]);
});
