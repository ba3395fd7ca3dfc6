import type { CdrLeg, Destination } from '@redial/call';
import type { DestinationReply, LegReply } from './reply-schema.ts';

/** One side of an attempt. `instant` writes an instant in the time zone of the reader. */
export function legJson(leg: CdrLeg, instant: (at: number) => string): LegReply {
  return {
    disposition: leg.disposition,
    cause: leg.cause ?? null,
    sipCode: leg.sipCode ?? null,
    reason: leg.reason ?? null,
    dialStatus: leg.dialStatus ?? null,
    ringingAt: leg.ringingAt === undefined ? null : instant(leg.ringingAt),
    ringMs: leg.ringMs ?? null,
    answeredAt: leg.answeredAt === undefined ? null : instant(leg.answeredAt),
  };
}

export function destinationJson(destination: Destination): DestinationReply {
  switch (destination.kind) {
    case 'extension':
      return { kind: 'extension', extension: destination.extension };
    case 'number':
      return { kind: 'number', number: `+${destination.e164}`, trunk: destination.trunk };
    case 'service':
      return { kind: 'service', service: destination.service };
    case 'context':
      return { kind: 'context', context: destination.context, exten: destination.exten };
  }
}

/** The address of an attempt's recording; a request for it needs an API key. */
export function recordingPath(attemptId: string): string {
  return `/v1/recordings/${attemptId}`;
}
