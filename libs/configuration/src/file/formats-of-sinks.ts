import { SinkConfiguration } from '../schema/sink-configuration.ts';
import type { FieldFault, Path } from './validation-sentences.ts';

/** Sinks, right in all else, whose `format` is none of these. */
export function formatFaults(path: Path, sinks: unknown, formats: readonly string[]): FieldFault[] {
  if (!Array.isArray(sinks)) return [];
  const known = formats;
  return sinks.flatMap((written: unknown, index) => {
    const sink = SinkConfiguration.safeParse(written).data;
    if (sink === undefined || !('format' in sink) || known.includes(sink.format)) return [];
    return [{ path: [...path, index, 'format'], message: `must be one of ${known.join(', ')}` }];
  });
}
