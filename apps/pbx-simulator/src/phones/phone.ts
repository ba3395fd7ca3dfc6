/** A phone's reaction to an INVITE. Durations are simulated milliseconds. */
export type PhoneBehaviour =
  /**
   * Rings for `ringMs` (default 0), answers, presses a key a second later, and talks for `talkMs` or until the other
   * side hangs up.
   */
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
  /** Sends 100 Trying, and nothing else. */
  | { readonly kind: 'tries' }
  /** Refuses with a SIP code, at once or after ringing. */
  | { readonly kind: 'refuses'; readonly sipCode: number; readonly ringMs?: number; readonly early?: true }
  /** Refuses with 486 the first `times` times, then answers. Counted per number until `reset`. */
  | { readonly kind: 'busy_then_answers'; readonly times: number }
  /** No phone is registered: there is no INVITE at all. */
  | { readonly kind: 'unregistered' }
  /** The contact is dead: the INVITE reaches no phone and is never answered. */
  | { readonly kind: 'silent' };

/** One INVITE, as a phone received it. */
export interface SimulatedInvite {
  /** Epoch ms. */
  readonly at: number;
  /** The user part of the Request-URI, as dialled. */
  readonly user: string;
  /** The user part of From: the caller ID that the phone shows. */
  readonly from: string;
  /** The name beside it. Empty: none. */
  readonly fromName: string;
  /** Headers added for this call, by name as sent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The PBX's view of a phone's answers. After `refused` or `hungUp` nothing more comes. */
export interface PhoneListener {
  ringing(): void;
  /** Early media: 183. */
  progress?(): void;
  /** 100. */
  trying?(): void;
  answered(): void;
  /** A key, 0 to 9, after its answer. */
  pressed(key: string): void;
  refused(sipCode: number): void;
  hungUp(cause?: number): void;
}

/** A phone in a call, from the PBX's side. */
export interface PhoneCall {
  /** CANCEL or BYE: the PBX ends the call, and the phone sends nothing more. */
  end(): void;
  /** The phone hangs up, if it has answered. */
  hangUp(): void;
}
