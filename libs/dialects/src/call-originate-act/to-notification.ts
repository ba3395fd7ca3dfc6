import { type Cdr, type Disposition, destinationDigits, outsideNumberOf } from '@redial/call';

/** The vendor has these three words for how a call ended, and no fourth. */
export const actDispositions = ['ANSWERED', 'NO ANSWER', 'BUSY'] as const;
export type ActDisposition = (typeof actDispositions)[number];

/** The body of the vendor's webhook `Cdr`: one for each attempt, and also where the first person did not answer. */
export interface ActNotification {
  readonly event_name: 'Cdr';
  /** When the first person's phone was rung, and when the last one hung up: `YYYY-MM-DD HH:mm:ss.ffffff`, in UTC. */
  readonly starttime: string;
  readonly endtime: string;
  /** The first person and the second: an extension, E.164 digits, or a service's name. */
  readonly src: string;
  readonly dst: string;
  /** `local`: both are inside. */
  readonly type: 'outgoing' | 'local';
  readonly disposition: ActDisposition;
  /** Whole seconds: the sum of the two behind it. */
  readonly duration: number;
  /** Whole seconds of talk; 0 too where nobody can know it. */
  readonly billsec: number;
  /** Whole seconds until they talked, or until it was given up. */
  readonly wait: number;
  /** The recording's reference, as `/v1/recordings/<ref>` takes it; empty where there is none. */
  readonly record: string;
  /** Asterisk's UniqueID of the first person's channel: the attempt's id. */
  readonly unique_id: string;
  /** Redial's id of the call, as `/v1/calls/<id>` takes it. */
  readonly cuid: string;
  /** As the answer to the request had it. Of a call that came by another dialect: its reference. */
  readonly originated_call_id: string;
}

export function toNotification(cdr: Cdr): ActNotification {
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

/**
 * `NO ANSWER` says no more than that no talk is known of, and is true of all that has it. What it was (a number that does not exist, a
 * full network, nobody knows) is in the public CDR and in `/v1`.
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

/** `2026-01-15T10:00:00.900Z` → `2026-01-15 10:00:00.900000`: Python's way, which is the vendor's. */
function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')}000`;
}
