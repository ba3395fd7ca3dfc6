import type { SinkLength } from '@redial/platform';
import type { Sink, SinkDelivery, SinkResult, Sinks } from '@redial/sinks';

/** Sinks that answer what a test wants; a tenant's own are found by their name alone. */
export interface FakeSinks {
  readonly port: Sinks;
  /** Deliveries that were tried, by sink. */
  readonly tried: { readonly sink: string; readonly cdrId: string; readonly delivery: SinkDelivery }[];
  answer: SinkResult;
  /** Runs while the receiver is being asked, once. */
  meanwhile: (() => void) | undefined;
  lengths: readonly SinkLength[];
}

export function fakeSinks(types: Readonly<Record<string, Sink['type']>>): FakeSinks {
  const sinks: FakeSinks = {
    tried: [],
    answer: { type: 'delivered' },
    meanwhile: undefined,
    lengths: [],
    port: {
      lengths: async () => sinks.lengths,
      find: (_tenantId, name) => {
        const type = types[name];
        if (type === undefined) return undefined;
        return {
          type,
          name,
          handover: type === 'webhook' ? 'queued' : 'at_once',
          deliver: async (cdr, delivery) => {
            sinks.tried.push({ sink: name, cdrId: cdr.id, delivery });
            const { answer, meanwhile } = sinks;
            sinks.meanwhile = undefined;
            meanwhile?.();
            return answer;
          },
        };
      },
    },
  };
  return sinks;
}
