import type { SimulatedClock } from '../clock.ts';
import { behaviourByNumber } from './numbered-phones.ts';
import type { PhoneBehaviour, PhoneCall, PhoneListener, SimulatedInvite } from './phone.ts';

/** The interface of the SIP phones of infra/servers, too: a test runs with either. */
export interface Phones {
  /** Every INVITE since the start or the last reset, in order. */
  invites(): readonly SimulatedInvite[];
  invitesTo(user: string): readonly SimulatedInvite[];
  /** The first INVITE, past or future, that the predicate accepts. Rejects after `timeoutMs` of real time, if given. */
  waitForInvite(predicate: (invite: SimulatedInvite) => boolean, timeoutMs?: number): Promise<SimulatedInvite>;
  /** Drops INVITEs and busy counts. Behaviours stay. */
  reset(): void;
}

/**
 * All phones of the simulated PBX. The number decides its phone's behaviour (the table is in infra/servers/README.md).
 */
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

  /** Sets the behaviour of one number, or of every number that a pattern matches. The newest rule wins. */
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

  /** Sends the INVITE. The phone's answers come later, never within this call. */
  call(invite: SimulatedInvite, listener: PhoneListener): PhoneCall {
    const behaviour = this.behaviourOf(invite.user);
    // No phone receives an INVITE to a dead contact.
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
