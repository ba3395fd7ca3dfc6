import type { Issue } from '@redial/call';
import type { Configuration } from '../schema/configuration.ts';

/**
 * Keys of sinks that would do damage: one of Redial's own, or one that is both a list and a stream. Two lists may share
 * a key: one consumer may serve two tenants.
 */
export function sinkKeyIssues({ tenants }: Configuration, prefix = '{redial}'): Issue[] {
  const sinks = tenants.flatMap(({ sinks: own }, t) =>
    own.flatMap((sink, s) => ('key' in sink ? [{ sink, path: ['tenants', t, 'sinks', s, 'key'] }] : [])),
  );
  return sinks.flatMap(({ sink: { key, type }, path }) => {
    if (key.startsWith(`${prefix}:`))
      return [{ path, message: `is one of Redial's own keys, which begin with ${prefix}:` }];
    const other = sinks.find(({ sink }) => sink.key === key && sink.type !== type);
    return other === undefined ? [] : [{ path, message: 'is the key of a list and of a stream' }];
  });
}
