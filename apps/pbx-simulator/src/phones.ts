import type { SimulatedClock } from './clock.ts';

/** What a phone does with an INVITE. Durations are simulated milliseconds. */
export type PhoneBehaviour =
  /** Rings for `ringMs` (default 0), answers, presses a key a second later, and talks for `talkMs` or until the other side hangs up. */
  | {
      readonly kind: 'answers';
      readonly ringMs?: number;
      readonly talkMs?: number;
      readonly presses?: string;
      /** The Q.850 cause in its BYE. */
      readonly byeCause?: number;
      /** It answers without a 180. */
      readonly straight?: true;
    }
  /** Rings until the caller gives up. `early`: by 183 and its own media. */
  | { readonly kind: 'rings'; readonly early?: true }
  /** Says 100 Trying and no more. */
  | { readonly kind: 'tries' }
  /** Refuses with a SIP code, at once or after having rung. */
  | { readonly kind: 'refuses'; readonly sipCode: number; readonly ringMs?: number; readonly early?: true }
  /** Refuses with 486 the first `times` times, then answers; counted per number until `reset`. */
  | { readonly kind: 'busy_then_answers'; readonly times: number }
  /** Nobody is registered: there is no INVITE at all. */
  | { readonly kind: 'unregistered' }
  /** The contact is dead: the INVITE reaches no phone and is never answered. */
  | { readonly kind: 'silent' };

/** One INVITE as a phone saw it. */
export interface SimulatedInvite {
  /** Epoch ms. */
  readonly at: number;
  /** The user part of the Request-URI, as dialled. */
  readonly user: string;
  /** The user part of From: the caller ID that the phone shows. */
  readonly from: string;
  /** The name beside it; empty: none. */
  readonly fromName: string;
  /** Headers added for this call, by name as sent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the PBX hears from a phone. After `refused` or `hungUp` nothing more comes. */
export interface PhoneListener {
  ringing(): void;
  /** Early media: 183. */
  progress?(): void;
  /** 100. */
  trying?(): void;
  answered(): void;
  /** A key, 0 to 9, once it has answered. */
  pressed(key: string): void;
  refused(sipCode: number): void;
  hungUp(cause?: number): void;
}

/** A phone in a call, from the PBX's side. */
export interface PhoneCall {
  /** CANCEL or BYE: the PBX ends it, and the phone says nothing more. */
  end(): void;
  /** The phone hangs up, if it has answered. */
  hangUp(): void;
}

/** The same as the SIP phones of infra/servers have, so that a test can do with either. */
export interface Phones {
  /** Every INVITE since the start or the last reset, in order. */
  invites(): readonly SimulatedInvite[];
  invitesTo(user: string): readonly SimulatedInvite[];
  /** The first INVITE, past or future, that the predicate takes. Rejects after `timeoutMs` of real time, if that is given. */
  waitForInvite(predicate: (invite: SimulatedInvite) => boolean, timeoutMs?: number): Promise<SimulatedInvite>;
  /** Forgets INVITEs and busy counts; behaviours stay. */
  reset(): void;
}

/** All phones of the simulated world: what each does is read off its number (infra/servers/README.md has the same table). */
export class SimulatedPhones implements Phones {
  readonly #clock: SimulatedClock;
  readonly #isRecording: boolean;
  #invites: SimulatedInvite[] = [];
  readonly #listeners = new Set<(invite: SimulatedInvite) => void>();
  readonly #timesBusy = new Map<string, number>();
  readonly #overrides: { matches: (user: string) => boolean; behaviour: PhoneBehaviour }[] = [];

  constructor(clock: SimulatedClock, isRecording = true) {
    this.#clock = clock;
    this.#isRecording = isRecording;
  }

  invites(): readonly SimulatedInvite[] {
    return [...this.#invites];
  }

  invitesTo(user: string): readonly SimulatedInvite[] {
    return this.#invites.filter((invite) => invite.user === user);
  }

  waitForInvite(predicate: (invite: SimulatedInvite) => boolean, timeoutMs?: number): Promise<SimulatedInvite> {
    const seen = this.#invites.find(predicate);
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#listeners.delete(listener);
        reject(new Error(`no such INVITE within ${timeoutMs} ms; ${this.#invites.length} came`));
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      const listener = (invite: SimulatedInvite) => {
        if (!predicate(invite)) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(invite);
      };
      this.#listeners.add(listener);
    });
  }

  reset(): void {
    this.#invites = [];
    this.#timesBusy.clear();
  }

  /** A number exactly, or every number that a pattern matches; the newest rule wins. */
  setBehaviour(userOrPattern: string | RegExp, behaviour: PhoneBehaviour): void {
    const matches =
      typeof userOrPattern === 'string'
        ? (user: string) => user === userOrPattern
        : (user: string) => userOrPattern.test(user);
    this.#overrides.unshift({ matches, behaviour });
  }

  behaviourOf(user: string): PhoneBehaviour {
    return this.#overrides.find((rule) => rule.matches(user))?.behaviour ?? behaviourByNumber(user);
  }

  /** Sends the INVITE. The phone's answers come later, never from within this call. */
  call(invite: SimulatedInvite, listener: PhoneListener): PhoneCall {
    const behaviour = this.behaviourOf(invite.user);
    // What goes to a dead contact, no phone ever sees.
    if (behaviour.kind !== 'silent') this.#record(invite);
    const timers: (() => void)[] = [];
    const later = (ms: number, run: () => void) => void timers.push(this.#clock.after(ms, run));
    let talking = false;
    const stop = () => {
      talking = false;
      for (const cancel of timers) cancel();
    };
    const alerts = (early?: true) => (early ? listener.progress?.() : listener.ringing());
    const answer = ({ talkMs, presses }: { readonly talkMs?: number; readonly presses?: string } = {}) => {
      talking = true;
      listener.answered();
      if (talking && talkMs !== undefined) later(talkMs, hangUp);
      if (talking && presses !== undefined) later(1_000, () => listener.pressed(presses));
    };
    const hangUp = () => {
      if (!talking) return;
      stop();
      listener.hungUp(behaviour.kind === 'answers' ? behaviour.byeCause : undefined);
    };

    switch (behaviour.kind) {
      case 'answers':
        if (!behaviour.straight) later(1, () => listener.ringing());
        later(2 + (behaviour.ringMs ?? 0), () => answer(behaviour));
        break;
      case 'rings':
        later(1, () => alerts(behaviour.early));
        break;
      case 'tries':
        later(1, () => listener.trying?.());
        break;
      case 'refuses':
        if (behaviour.ringMs !== undefined) later(1, () => alerts(behaviour.early));
        later(2 + (behaviour.ringMs ?? 0), () => listener.refused(behaviour.sipCode));
        break;
      case 'busy_then_answers': {
        const busy = this.#timesBusy.get(invite.user) ?? 0;
        this.#timesBusy.set(invite.user, busy + 1);
        if (busy < behaviour.times) {
          later(2, () => listener.refused(486));
        } else {
          later(1, () => listener.ringing());
          later(2, () => answer());
        }
        break;
      }
      default:
        break;
    }
    return { end: stop, hangUp };
  }

  #record(invite: SimulatedInvite): void {
    if (this.#isRecording) this.#invites.push(invite);
    for (const listener of this.#listeners) listener(invite);
  }
}

const answers: PhoneBehaviour = { kind: 'answers' };
const rings: PhoneBehaviour = { kind: 'rings' };
const hangsUpAfterASecond: PhoneBehaviour = { kind: 'answers', talkMs: 1000 };
const busyTwice: PhoneBehaviour = { kind: 'busy_then_answers', times: 2 };
const ringsASecond: PhoneBehaviour = { kind: 'answers', ringMs: 1000 };
const refuses = (sipCode: number) => ({ kind: 'refuses', sipCode }) as const satisfies PhoneBehaviour;

/** Agents, by the first two digits of their extension. */
const agents: Readonly<Record<string, PhoneBehaviour>> = {
  10: answers,
  11: rings,
  12: refuses(486),
  13: refuses(603),
  14: hangsUpAfterASecond,
  15: { kind: 'unregistered' },
  16: { kind: 'silent' },
  17: busyTwice,
  18: ringsASecond,
  19: refuses(480),
};

/** The carrier's numbers 27820KKxxxx, by KK; every other number answers. */
const numbers: Readonly<Record<string, PhoneBehaviour>> = {
  '00': answers,
  '01': rings,
  '02': refuses(486),
  '03': refuses(603),
  '04': refuses(404),
  '05': refuses(503),
  '06': hangsUpAfterASecond,
  '07': busyTwice,
  '08': ringsASecond,
  '09': refuses(480),
  '10': refuses(600),
  '11': refuses(484),
  '12': refuses(488),
  '13': { kind: 'answers', talkMs: 5_000 },
  '14': { kind: 'answers', ringMs: 5_000 },
  // '20' speaks, which nobody hears here.
  '21': { kind: 'answers', presses: '1' },
  '22': { kind: 'answers', presses: '9' },
};

/** The extensions of infra/servers's numbered phones. */
export const numbered: Readonly<Record<string, PhoneBehaviour>> = {
  2600: { kind: 'answers', talkMs: 0, straight: true },
  2601: refuses(302),
  2602: refuses(302),
  2603: refuses(302),
  2604: refuses(302),
  2605: refuses(302),
  2606: refuses(302),
  2607: refuses(302),
  2620: { kind: 'rings', early: true },
  2621: { kind: 'answers', talkMs: 300, byeCause: 31 },
};
/** Their numbers, by the digit behind 2783. */
const numberedNumbers: Readonly<Record<string, PhoneBehaviour>> = {
  0: { kind: 'silent' },
  5: { kind: 'answers', talkMs: 0, straight: true },
  6: { kind: 'rings', early: true },
  7: refuses(302),
  8: { kind: 'answers', talkMs: 300, byeCause: 31 },
  9: { kind: 'tries' },
};

/** 2783KCCC…: K is what the carrier does, CCC the SIP code that it ends with. */
function byCode(user: string): PhoneBehaviour | undefined {
  const [, kind = '', code = ''] = /^\+?2783([0-9])([0-9]{3})?/.exec(user) ?? [];
  const sipCode = Number(code);
  if (kind === '1') return refuses(sipCode);
  if (kind === '2') return { ...refuses(sipCode), ringMs: 300 };
  if (kind === '4') return { ...refuses(sipCode), ringMs: 500, early: true };
  return numberedNumbers[kind];
}

function behaviourByNumber(user: string): PhoneBehaviour {
  const known = numbered[user] ?? byCode(user);
  if (known !== undefined) return known;
  if (/^1[0-9]{3}$/.test(user)) return agents[user.slice(0, 2)] ?? answers;
  const kind = /^\+?27820([0-9]{2})/.exec(user)?.[1];
  return (kind === undefined ? undefined : numbers[kind]) ?? answers;
}
