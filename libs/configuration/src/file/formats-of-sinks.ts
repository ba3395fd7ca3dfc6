import type { Issue } from '@redial/call';
import { SinkConfiguration } from '../schema/sink-configuration.ts';

/** The sinks, otherwise valid, whose `format` is none of these. */
export function formatIssues(path: Issue['path'], sinks: unknown, formats: readonly string[]): Issue[] {
  if (!Array.isArray(sinks)) return [];
  const known = formats;
  return sinks.flatMap((written: unknown, index) => {
    const sink = SinkConfiguration.safeParse(written).data;
    if (sink === undefined || !('format' in sink) || known.includes(sink.format)) return [];
    return [{ path: [...path, index, 'format'], message: `must be one of ${known.join(', ')}` }];
  });
}
