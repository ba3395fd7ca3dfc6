import type { Cdr } from '@redial/call';
import type { Clock, RedisOfAnyKey, SinkLength } from '@redial/platform';
import { createRedisListSink } from './redis-list/redis-list-sink.ts';
import { createRedisStreamSink } from './redis-stream/redis-stream-sink.ts';
import type { Sink } from './sink.ts';
import type { SinkSettings } from './sink-settings.ts';
import { createWebhookSink } from './webhook/webhook-sink.ts';

/** One form of a CDR, to be written as JSON. */
interface CdrFormat {
  /** The entry of a list or stream. */
  readonly toNotification: (cdr: Cdr) => unknown;
  /** The body of a webhook. Absent: it is the notification. `writtenAt`: when the CDR was written, epoch ms. */
  readonly webhook?: { readonly toBody: (cdr: Cdr, writtenAt: number) => unknown };
}

/** By the name in a sink's `format`; there is always `redial`. */
type CdrFormats = Readonly<Record<string, CdrFormat>> & { readonly redial: CdrFormat };

/** What a sink may use beside its own configuration. */
interface SinkContext {
  /** For keys of any hash slot: each sink has keys of its own. */
  readonly redis: RedisOfAnyKey;
  /** Throws if there is no format of this name. */
  readonly format: (name: string) => CdrFormat;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** Makes a sink. Throws RangeError if it cannot work; the message holds no secret. */
export type CreateSink<C> = (configuration: C, context: SinkContext) => Sink;

type ConfigurationOf<T extends SinkSettings['type']> = Extract<SinkSettings, { readonly type: T }>;

/** Every kind of sink, by the `type` of its configuration. Another kind is another line here. */
type SinkKinds = { readonly [T in SinkSettings['type']]: CreateSink<ConfigurationOf<T>> };
export const sinkKinds: SinkKinds = {
  'redis-list': ({ format, ...sink }, { redis, format: formatOf }) =>
    createRedisListSink({ ...sink, redis, ...formatOf(format) }),
  'redis-stream': (sink, { redis, format: formatOf }) =>
    createRedisStreamSink({ ...sink, redis, ...formatOf('redial') }),
  webhook: ({ name, url, secret, timeoutSeconds, format }, { format: formatOf, fetch, clock }) => {
    const { toNotification, webhook } = formatOf(format);
    return createWebhookSink({
      name,
      url,
      secrets: [secret],
      timeoutMs: timeoutSeconds * 1_000,
      toBody: webhook?.toBody ?? toNotification,
      ...(fetch !== undefined && { fetch }),
      ...(clock !== undefined && { clock }),
    });
  },
};

/** A tenant and its sinks, as the configuration has them. */
interface TenantSinks {
  readonly id: string;
  readonly sinks: readonly SinkSettings[];
}

interface SinksOptions extends Omit<SinkContext, 'format'> {
  readonly tenants: readonly TenantSinks[];
  readonly formats: CdrFormats;
  /** Default: `sinkKinds`. */
  readonly kinds?: SinkKinds;
}

export interface Sinks {
  /** Undefined if the configuration of this process does not name it. */
  find(tenantId: string, name: string): Sink | undefined;
  /** The lengths of the lists and streams that Redis can read now. A webhook has no length. */
  lengths(): Promise<readonly SinkLength[]>;
}

/** The sinks of all tenants. Throws RangeError, with tenant and sink in its message, if one cannot work. */
export function createSinks({ tenants, formats, kinds = sinkKinds, ...context }: SinksOptions): Sinks {
  const all = new Map<string, Sink>();
  const format = (name: string) => formatOf(name, formats);
  for (const { id, sinks } of tenants) {
    for (const sink of sinks) {
      const create = kinds[sink.type] as CreateSink<SinkSettings>;
      try {
        all.set(labelOf(id, sink.name), create(sink, { ...context, format }));
      } catch (error) {
        const why = error instanceof RangeError ? error.message : 'it cannot work';
        throw new RangeError(`sink ${sink.name} of tenant ${id}: ${why}`);
      }
    }
  }
  const find = (tenantId: string, name: string) => all.get(labelOf(tenantId, name));
  return { find, lengths: () => lengthsOf(tenants, find) };
}

async function lengthsOf(tenants: readonly TenantSinks[], find: Sinks['find']): Promise<readonly SinkLength[]> {
  const reads = tenants.flatMap(({ id: tenant, sinks }) =>
    sinks.map(async ({ name: sink }): Promise<readonly SinkLength[]> => {
      // The key has another type, or its node is down. No length is better than a wrong one.
      const length = await find(tenant, sink)
        ?.length?.()
        .catch(() => undefined);
      return length === undefined ? [] : [{ tenant, sink, length }];
    }),
  );
  return (await Promise.all(reads)).flat();
}

function formatOf(name: string, formats: CdrFormats): CdrFormat {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format !== undefined) return format;
  throw new RangeError(`there is no format ${name}: there are ${Object.keys(formats).join(', ')}`);
}

/** Names hold no space. */
function labelOf(tenantId: string, name: string): string {
  return `${tenantId} ${name}`;
}
