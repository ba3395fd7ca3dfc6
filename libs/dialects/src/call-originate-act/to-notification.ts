import { type Cdr, type Disposition, destinationDigits, outsideNumberOf } from '@redial/call';
import { z } from 'zod';
import type { NotificationFormat } from '../dialect.ts';
import { exampleIds as ids } from '../shared/example-ids.ts';

/** The vendor has these three words for how a call ended, and no fourth. */
const actDispositions = ['ANSWERED', 'NO ANSWER', 'BUSY'] as const;
type ActDisposition = (typeof actDispositions)[number];

/** Python's way of writing an instant, which is the vendor's. */
const Time = z.string().meta({ description: 'YYYY-MM-DD HH:mm:ss.ffffff, in UTC.' });
const Party = z.string().meta({ description: "An extension, E.164 digits, or a service's name." });

/** The body of the vendor's webhook `Cdr`: one for each attempt, and also if the first person did not answer. */
const Notification = z
  .strictObject({
    event_name: z.literal('Cdr'),
    starttime: Time,
    endtime: Time,
    src: Party,
    dst: Party,
    type: z.enum(['outgoing', 'local']).meta({ description: 'local: both are inside.' }),
    disposition: z.enum(actDispositions),
    duration: z.int().meta({ description: 'Whole seconds: billsec and wait together.' }),
    billsec: z.int().meta({ description: 'Whole seconds of talk; 0 too where it is not known.' }),
    wait: z.int().meta({ description: 'Whole seconds until they talked, or until the attempt ended.' }),
    record: z.string().meta({ description: 'As /v1/recordings/{id} takes it; empty where there is none.' }),
    unique_id: z.string().meta({ description: "Asterisk's UniqueID of the first person's channel." }),
    cuid: z.string().meta({ description: "Redial's id of the call." }),
    originated_call_id: z.string().meta({
      description: 'As the answer to the request had it. Of a call that came by another dialect: its reference.',
    }),
  })
  .meta({ id: 'ActCdr' });

export function toNotification(cdr: Cdr): z.infer<typeof Notification> {
  const legs = [cdr.dial1.destination, cdr.dial2.destination] as const;
  const duration = Math.max(0, Math.round((cdr.endedAt - cdr.startedAt) / 1000));
  const billsec = Math.min(duration, Math.round((cdr.talkMs ?? 0) / 1000));
  return {
    event_name: 'Cdr',
    starttime: instant(cdr.startedAt),
    endtime: instant(cdr.endedAt),
    src: destinationDigits(legs[0]),
    dst: destinationDigits(legs[1]),
    type: legs.some((leg) => outsideNumberOf(leg) !== undefined) ? 'outgoing' : 'local',
    disposition: wordFor[cdr.disposition],
    duration,
    billsec,
    wait: duration - billsec,
    record: cdr.recording === undefined ? '' : cdr.id,
    unique_id: cdr.id,
    cuid: cdr.callId,
    originated_call_id: cdr.reference,
  };
}

export const notifications: Readonly<Record<string, NotificationFormat>> = {
  'call-originate-act': {
    summary: "The vendor's event Cdr",
    toNotification,
    schema: Notification,
    example: {
      ...{ event_name: 'Cdr', starttime: '2026-11-30 09:00:00.040000', endtime: '2026-11-30 09:00:14.310000' },
      ...{ src: '557', dst: '552', type: 'local', disposition: 'ANSWERED', duration: 14, billsec: 10, wait: 4 },
      ...{ record: '', unique_id: ids.attempt, cuid: ids.call, originated_call_id: 'orig.call.1703145054.787335' },
    },
  },
};

/**
 * `NO ANSWER` means that no talk is known, whatever the cause: a number that does not exist, a full network, an unknown
 * end. The cause is in the format `redial` and in `/v1`.
 */
const wordFor: Readonly<Record<Disposition, ActDisposition>> = {
  answered: 'ANSWERED',
  machine: 'ANSWERED',
  busy: 'BUSY',
  no_answer: 'NO ANSWER',
  rejected: 'NO ANSWER',
  unreachable: 'NO ANSWER',
  dial1_hung_up: 'NO ANSWER',
  invalid_number: 'NO ANSWER',
  not_allowed: 'NO ANSWER',
  no_route: 'NO ANSWER',
  incompatible_media: 'NO ANSWER',
  congestion: 'NO ANSWER',
  trunk_auth: 'NO ANSWER',
  pbx_error: 'NO ANSWER',
  not_sent: 'NO ANSWER',
  canceled: 'NO ANSWER',
  unknown: 'NO ANSWER',
};

/** `2026-01-15T10:00:00.900Z` → `2026-01-15 10:00:00.900000`. */
function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')}000`;
}
