import type { Cdr, SinkConfiguration, Tenant } from '@redial/call';
import type { Clock, RedisOfAnyKey, SinkLength } from '@redial/platform';
import { hasMarkers } from './marker-key.ts';
import { createRedisListSink } from './redis-list/redis-list-sink.ts';
import { createRedisStreamSink } from './redis-stream/redis-stream-sink.ts';
import type { Sink } from './sink.ts';
import { createWebhookSink } from './webhook/webhook-sink.ts';

/** One shape of a CDR, to be written as JSON. */
export interface CdrFormat {
  /** The entry of a list or stream. */
  readonly toNotification: (cdr: Cdr) => unknown;
  /** The body of a webhook. Absent: it is the notification. `writtenAt`: when the CDR was written, epoch ms. */
  readonly webhook?: { readonly toBody: (cdr: Cdr, writtenAt: number) => unknown };
}

/** By the name that a sink's `format` states; `redial` is there always. */
export type CdrFormats = Readonly<Record<string, CdrFormat>> & { readonly redial: CdrFormat };

export interface SinksOptions {
  readonly tenants: readonly Tenant[];
  /** Keys of sinks have hash tags of their own. */
  readonly redis: RedisOfAnyKey;
  readonly formats: CdrFormats;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

export interface Sinks {
  /** Undefined where the configuration no longer names it. */
  find(tenantId: string, name: string): Sink | undefined;
  /** Of every list and stream that can be asked now; a webhook has no length. */
  lengths(): Promise<readonly SinkLength[]>;
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
  const find = (tenantId: string, name: string) => all.get(labelOf(tenantId, name));
  return { find, lengths: () => lengthsOf(options.tenants, find) };
}

async function lengthsOf(tenants: readonly Tenant[], find: Sinks['find']): Promise<readonly SinkLength[]> {
  const asked = tenants.flatMap(({ id: tenant, sinks }) =>
    sinks.map(async ({ name: sink }): Promise<readonly SinkLength[]> => {
      // A key of another type, or on a node that is down: no length is better than a wrong one.
      const length = await find(tenant, sink)
        ?.length?.()
        .catch(() => undefined);
      return length === undefined ? [] : [{ tenant, sink, length }];
    }),
  );
  return (await Promise.all(asked)).flat();
}

function createSink(sink: SinkConfiguration, { redis, formats, fetch, clock }: SinksOptions, label: string): Sink {
  const { name } = sink;
  if (sink.type !== 'webhook' && !hasMarkers(sink.key)) {
    throw new RangeError(`${label}: the key holds a } without a hash tag such as {cdrs}`);
  }
  switch (sink.type) {
    case 'redis-list': {
      const { key, push } = sink;
      return createRedisListSink({ name, redis, key, push, ...formatOf(sink.format, formats, label) });
    }
    case 'redis-stream':
      return createRedisStreamSink({ name, redis, key: sink.key, maxLength: sink.maxLength, ...formats.redial });
    case 'webhook': {
      const format = formatOf(sink.format, formats, label);
      try {
        return createWebhookSink({
          name,
          url: sink.url,
          secrets: [sink.secret],
          timeoutMs: sink.timeoutSeconds * 1_000,
          toBody: format.webhook?.toBody ?? format.toNotification,
          ...(fetch !== undefined && { fetch }),
          ...(clock !== undefined && { clock }),
        });
      } catch {
        throw new RangeError(`${label}: its url or its secret cannot be used (the secret is whsec_ and base64)`);
      }
    }
    default:
      return sink satisfies never;
  }
}

function formatOf(name: string, formats: CdrFormats, label: string): CdrFormat {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format !== undefined) return format;
  throw new RangeError(`${label}: there is no format ${name}: there are ${Object.keys(formats).join(', ')}`);
}

/** Names hold no space. */
function labelOf(tenantId: string, name: string): string {
  return `${tenantId} ${name}`;
}
