import type { Cdr, SinkConfiguration, Tenant } from '@redial/call';
import type { Clock, Redis } from '@redial/platform';
import { hasMarkers } from './marker-key.ts';
import { toPublicCdr } from './public-cdr.ts';
import { createRedisListSink } from './redis-list/redis-list-sink.ts';
import { createRedisStreamSink } from './redis-stream/redis-stream-sink.ts';
import type { Sink } from './sink.ts';
import { createWebhookSink } from './webhook/webhook-sink.ts';

/** Entries of Redis lists in the vendors' shapes: a CDR → the entry's text. `redial`, the public CDR as JSON, is built in. */
export type ListFormats = Readonly<Record<Exclude<ListFormat, 'redial'>, (cdr: Cdr) => string>>;
type ListFormat = Extract<SinkConfiguration, { type: 'redis-list' }>['format'];

export interface SinksOptions {
  readonly tenants: readonly Tenant[];
  readonly redis: Redis;
  readonly formats: ListFormats;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

export interface Sinks {
  /** Undefined where the configuration no longer names it. */
  find(tenantId: string, name: string): Sink | undefined;
}

/** Every sink of every tenant. Throws, naming tenant and sink, for one that cannot work. */
export function createSinks(options: SinksOptions): Sinks {
  const all = new Map<string, Sink>();
  for (const tenant of options.tenants) {
    for (const sink of tenant.sinks) {
      const label = `sink ${sink.name} of tenant ${tenant.id}`;
      all.set(labelOf(tenant.id, sink.name), createSink(sink, options, label));
    }
  }
  return { find: (tenantId, name) => all.get(labelOf(tenantId, name)) };
}

function createSink(sink: SinkConfiguration, { redis, formats, fetch, clock }: SinksOptions, label: string): Sink {
  const { name } = sink;
  if (sink.type !== 'webhook' && !hasMarkers(sink.key)) {
    throw new RangeError(`${label}: the key holds a } without a hash tag such as {cdrs}`);
  }
  switch (sink.type) {
    case 'redis-list': {
      const { key, push } = sink;
      const format = sink.format === 'redial' ? (cdr: Cdr) => JSON.stringify(toPublicCdr(cdr)) : formats[sink.format];
      return createRedisListSink({ name, redis, key, push, format });
    }
    case 'redis-stream':
      return createRedisStreamSink({ name, redis, key: sink.key, maxLength: sink.maxLength });
    case 'webhook':
      try {
        const timeoutMs = sink.timeoutSeconds * 1_000;
        return createWebhookSink({
          name,
          url: sink.url,
          secrets: [sink.secret],
          timeoutMs,
          ...(fetch !== undefined && { fetch }),
          ...(clock !== undefined && { clock }),
        });
      } catch {
        throw new RangeError(`${label}: its url or its secret cannot be used (the secret is whsec_ and base64)`);
      }
    default:
      return sink satisfies never;
  }
}

/** Names hold no space. */
function labelOf(tenantId: string, name: string): string {
  return `${tenantId} ${name}`;
}
