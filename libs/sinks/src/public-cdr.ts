import type { Cdr, CdrLeg, Destination, Disposition, DispositionClass, NotSentCode } from '@redial/call';

/**
 * A CDR as the outside sees it, in webhooks, Redis streams and Redis lists. Words and shapes are those of `/v1`. Stable: fields are added, never renamed
 * or removed. Every field is always there; `null` is "there is none" or "nobody can know". Instants are RFC 3339 in UTC with
 * milliseconds, durations integer milliseconds.
 */
export interface PublicCdr {
  /** The attempt's id. One attempt has one CDR: recognise repetitions by it. */
  readonly id: string;
  readonly callId: string;
  readonly tenantId: string;
  /** The client's reference for the call, or the one that Redial made. */
  readonly reference: string;
  /** The API the call came by: `v1`, `click2dial`, … */
  readonly dialect: string;
  /** 1 for the first attempt of the call. */
  readonly attemptNumber: number;
  /** The PBX that dialled. */
  readonly pbx: string;
  /** How the attempt ended. `answered` means that both sides talked. */
  readonly disposition: Disposition;
  readonly class: DispositionClass;
  /** Of `not_sent`, where it is known: why Redial itself did not send the attempt. */
  readonly notSentCode: NotSentCode | null;
  /** Both sides talked. */
  readonly connected: boolean;
  /** The leg that rang first. */
  readonly dial1: PublicLeg;
  /** The leg that rang once dial1 had answered; `not_dialed` if it never did. */
  readonly dial2: PublicLeg;
  /** What dial2 saw: E.164 digits without `+`, or an extension, as in `/v1`; null: what the PBX sends by itself. */
  readonly callerId: string | null;
  /** What dial1 saw, where it was something else. */
  readonly dial1CallerId: string | null;
  /** Where the recording can be fetched, with an API key: a path of this API. */
  readonly recording: string | null;
  /** The key that was pressed at a message. */
  readonly pressedKey: string | null;
  /** What the client gave to have it back. */
  readonly clientInfo: string | null;
  /** When the attempt was due. */
  readonly dueAt: string;
  /** When the attempt began: its Originate was sent within five seconds, or not at all. */
  readonly startedAt: string;
  /** When the last channel ended, also where that was in another call: see `transferredAt`. */
  readonly endedAt: string;
  /** When one side was handed over and went on in another call: dial1 and dial2 stopped talking then. */
  readonly transferredAt: string | null;
  /** From dial2's answer to the end of the talk between dial1 and dial2; 0 where nobody talked. */
  readonly talkMs: number | null;
  /** Who ended it: a side that hung up, or Redial (canceled). */
  readonly endedBy: 'dial1' | 'dial2' | 'redial' | null;
  /** Concluded from silence: no observer knew the attempt. */
  readonly lost: boolean;
  /** The call after this attempt. */
  readonly call: {
    /** `waiting` for a retry, or how it ended: `completed`, `exhausted`, `failed`, `canceled`, `expired`, `blocked`, `unknown`. */
    readonly state: string;
    readonly nextAttemptAt: string | null;
  };
}

export interface PublicLeg {
  readonly destination:
    | { readonly kind: 'extension'; readonly extension: string }
    /** `number`: `+` and E.164 digits. */
    | { readonly kind: 'number'; readonly number: string; readonly trunk: string }
    /** A ring group, a queue, a message, …: the tenant's name for it. */
    | { readonly kind: 'service'; readonly service: string }
    /** Digits that a context of the PBX routes. */
    | { readonly kind: 'context'; readonly context: string; readonly exten: string };
  readonly disposition: Disposition | 'not_dialed';
  /** Q.850 cause, raw. */
  readonly cause: number | null;
  /** SIP response code, raw. */
  readonly sipCode: number | null;
  /** AMI's OriginateResponse Reason, raw; dial1 only. */
  readonly reason: number | null;
  /** The dialplan's DIALSTATUS, raw; dial2 only. */
  readonly dialStatus: string | null;
  /** When it began to ring (180), or to play its own ringing (183). */
  readonly ringingAt: string | null;
  /** How long it rang before it answered or gave up. */
  readonly ringMs: number | null;
  readonly answeredAt: string | null;
  /** Asterisk's id of the leg's channel: dial1's is the attempt's id. */
  readonly uniqueId: string | null;
}

export function toPublicCdr(cdr: Cdr): PublicCdr {
  return {
    id: cdr.id,
    callId: cdr.callId,
    tenantId: cdr.tenantId,
    reference: cdr.reference,
    dialect: cdr.dialect,
    attemptNumber: cdr.attemptNumber,
    pbx: cdr.pbx,
    disposition: cdr.disposition,
    class: cdr.class,
    notSentCode: cdr.notSentCode ?? null,
    connected: cdr.connected,
    dial1: toPublicLeg(cdr.dial1, cdr.id),
    dial2: toPublicLeg(cdr.dial2, cdr.dial2.uniqueId),
    callerId: cdr.callerId ?? null,
    dial1CallerId: cdr.dial1CallerId ?? null,
    recording: cdr.recording === undefined ? null : `/v1/recordings/${cdr.id}`,
    pressedKey: cdr.pressedKey ?? null,
    clientInfo: cdr.clientInfo ?? null,
    dueAt: instant(cdr.dueAt),
    startedAt: instant(cdr.startedAt),
    endedAt: instant(cdr.endedAt),
    transferredAt: cdr.transferredAt === undefined ? null : instant(cdr.transferredAt),
    talkMs: cdr.talkMs,
    endedBy: cdr.endedBy,
    lost: cdr.lost,
    call: {
      state: cdr.callStatus,
      nextAttemptAt: cdr.nextAttemptAt === undefined ? null : instant(cdr.nextAttemptAt),
    },
  };
}

function toPublicLeg(leg: CdrLeg, uniqueId: string | undefined): PublicLeg {
  return {
    destination: toPublicDestination(leg.destination),
    disposition: leg.disposition,
    cause: leg.cause ?? null,
    sipCode: leg.sipCode ?? null,
    reason: leg.reason ?? null,
    dialStatus: leg.dialStatus ?? null,
    ringingAt: leg.ringingAt === undefined ? null : instant(leg.ringingAt),
    ringMs: leg.ringMs ?? null,
    answeredAt: leg.answeredAt === undefined ? null : instant(leg.answeredAt),
    uniqueId: uniqueId ?? null,
  };
}

function toPublicDestination(destination: Destination): PublicLeg['destination'] {
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

function instant(at: number): string {
  return new Date(at).toISOString();
}
