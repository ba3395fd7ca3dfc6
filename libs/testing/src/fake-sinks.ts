import type { SinkLength } from '@redial/platform';
import type { Sink, SinkDelivery, SinkResult, Sinks } from '@redial/sinks';

/** Sinks with the answers that a test sets. A tenant's own sink is found by its name alone. */
interface FakeSinks {
  readonly port: Sinks;
  /** Deliveries that were tried, by sink. */
  readonly tried: { readonly sink: string; readonly cdrId: string; readonly delivery: SinkDelivery }[];
  answer: SinkResult;
  /** Runs once, while the receiver handles a CDR. */
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
