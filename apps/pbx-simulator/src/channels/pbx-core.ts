import type { AmiEvent, Header } from '../ami/event.ts';
import type { AstDb } from '../astdb.ts';
import type { SimulatedClock } from '../clock.ts';
import { numberedPhones } from '../phones/numbered-phones.ts';
import type { SimulatedPhones } from '../phones/phones.ts';
import { causeText } from './causes.ts';
import { type Channel, type ChannelState, channelHeaders, channelState } from './channel.ts';

interface PbxCoreOptions {
  readonly clock: SimulatedClock;
  readonly phones: SimulatedPhones;
  readonly astDb: AstDb;
  /** The dialplan behind Local channels. Undefined: it has no such extension. */
  readonly routeOf: (context: string, exten: string) => Route | undefined;
  /** The trunks, besides the agents' endpoints. Absent: every name is a trunk. */
  readonly trunks?: readonly string[];
  /** Where neither side would hang up, dial2 hangs up after this time. Simulated ms. */
  readonly talkMs?: number;
  /** The folder of the recordings. Absent: nothing is recorded, as without app_mixmonitor. */
  readonly recordingsFolder?: string;
}

export interface NewChannel {
  /** `PJSIP/1001`. The channel's name adds a running number. */
  readonly endpoint: string;
  /** Which half of a Local channel it is. It follows the number. */
  readonly half?: ';1' | ';2';
  readonly uniqueId?: string;
  readonly linkedId?: string;
  readonly context: string;
  readonly exten: string;
  readonly callerId: string;
  readonly callerName?: string;
}

/** The second half of a Local channel, in which the dialplan runs. The first half shows the result. */
export interface DialplanHalf {
  readonly core: PbxCore;
  readonly channel: Channel;
  /** The first half: the leg itself. */
  readonly leg: Channel;
  readonly exten: string;
  readonly caller: { readonly from: string; readonly fromName: string };
  ringing(): void;
  answer(): void;
  /** Ends this half, and the leg with it. */
  hangUp(cause: number): void;
  /** Runs unless the half has ended by then. The returned function cancels it. Simulated ms. */
  later(ms: number, run: () => void): () => void;
  /** Runs when the half ends. */
  onEnd(run: () => void): void;
}

/** The dialplan's action for a Local channel. */
export type Route = (half: DialplanHalf) => void;

/** The live part of the simulated PBX: its channels and their events. It has no AMI sessions. */
export class PbxCore {
  readonly clock: SimulatedClock;
  readonly phones: SimulatedPhones;
  readonly astDb: AstDb;
  readonly routeOf: PbxCoreOptions['routeOf'];
  readonly talkMs: number | undefined;
  readonly recordingsFolder: string | undefined;
  readonly #trunks: readonly string[] | undefined;
  readonly #channels = new Set<Channel>();
  readonly #listeners = new Set<(event: AmiEvent) => void>();
  #channelsOpened = 0;
  #startedAt: number;

  constructor(options: PbxCoreOptions) {
    this.clock = options.clock;
    this.phones = options.phones;
    this.astDb = options.astDb;
    this.routeOf = options.routeOf;
    this.talkMs = options.talkMs;
    this.recordingsFolder = options.recordingsFolder;
    this.#trunks = options.trunks;
    this.#startedAt = options.clock.now();
  }

  /** Epoch ms; Asterisk shows it in whole seconds. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Since the start. */
  get channelsOpened(): number {
    return this.#channelsOpened;
  }

  get channels(): readonly Channel[] {
    return [...this.#channels];
  }

  onEvent(listener: (event: AmiEvent) => void): void {
    this.#listeners.add(listener);
  }

  emit(name: string, headers: readonly Header[], privilege: AmiEvent['privilege'] = 'call'): void {
    for (const listener of this.#listeners) listener({ name, privilege, headers });
  }

  /** A crash and a new start: channels vanish without an event, AstDB stays, CoreStatus shows a new start. */
  restart(): void {
    const lost = this.channels;
    this.#channels.clear();
    for (const channel of lost) for (const cleanUp of channel.cleanUps) cleanUp();
    this.#channelsOpened = 0;
    // Two starts within one second would look like one.
    this.#startedAt = Math.max(this.clock.now(), this.#startedAt + 1000);
  }

  /** Finds a channel by its whole name or unique id, in any case, as AMI actions do. */
  find(nameOrId: string): Channel | undefined {
    const wanted = nameOrId.toLowerCase();
    return (
      this.channels.find((one) => one.name.toLowerCase() === wanted) ??
      this.channels.find((one) => one.uniqueId.toLowerCase() === wanted)
    );
  }

  /**
   * Asterisk 22 compares a new channel's id with live ones by case-insensitive *prefix* (main/channel.c,
   * do_ids_conflict).
   */
  idIsTaken(uniqueId: string): boolean {
    const wanted = uniqueId.toLowerCase();
    return wanted !== '' && this.channels.some((one) => one.uniqueId.toLowerCase().startsWith(wanted));
  }

  /** `PJSIP/<resource>` → the dialled user part. Undefined where no such endpoint is configured or registered. */
  userBehind(resource: string): string | undefined {
    const [endpoint = '', uri] = resource.split(/\/(.*)/s, 2);
    // Asterisk dials a whole URI behind an endpoint unchanged. Redial's checks before AMI close this hole.
    if (uri !== undefined) return isAgent(endpoint) ? /^sips?:([^@]+)@./.exec(uri)?.[1] : undefined;
    const at = resource.lastIndexOf('@');
    if (at >= 0) return this.#isTrunk(resource.slice(at + 1)) ? resource.slice(0, at) : undefined;
    return isAgent(endpoint) && this.phones.behaviourOf(endpoint).kind !== 'unregistered' ? endpoint : undefined;
  }

  #isTrunk(name: string): boolean {
    return this.#trunks === undefined ? /^[A-Za-z0-9_.-]+$/.test(name) : this.#trunks.includes(name);
  }

  open(wanted: NewChannel): Channel {
    const number = this.#channelsOpened;
    this.#channelsOpened += 1;
    const uniqueId = wanted.uniqueId || `${Math.floor(this.clock.now() / 1000)}.${number}`;
    const channel: Channel = {
      name: `${wanted.endpoint}-${number.toString(16).padStart(8, '0')}${wanted.half ?? ''}`,
      uniqueId,
      linkedId: wanted.linkedId ?? uniqueId,
      createdTicks: this.clock.ticks(),
      state: channelState.down,
      callerId: wanted.callerId,
      callerName: wanted.callerName ?? '',
      connectedLine: wanted.callerId,
      context: wanted.context,
      exten: wanted.exten,
      priority: 1,
      application: { name: '', data: '' },
      bridgeId: '',
      variables: new Map(),
      shared: new Map(),
      headers: {},
      hangUp: () => {},
      phoneHungUp: () => {},
      onDtmf: () => {},
      pressed: () => {},
      cleanUps: [],
    };
    this.#channels.add(channel);
    this.emit('Newchannel', channelHeaders(channel));
    return channel;
  }

  setState(channel: Channel, state: ChannelState): void {
    if (channel.state === state || !this.#channels.has(channel)) return;
    channel.state = state;
    this.emit('Newstate', channelHeaders(channel));
  }

  /** Ends a channel. Does nothing for an ended one. `techCause` 0: the header is absent. */
  close(channel: Channel, cause: number, techCause = 0): void {
    if (!this.#channels.has(channel)) return;
    this.#channels.delete(channel);
    for (const cleanUp of channel.cleanUps) cleanUp();
    this.emit('Hangup', [
      ...channelHeaders(channel),
      ['Cause', cause],
      ['Cause-txt', causeText(cause)],
      ...(techCause === 0 ? [] : ([['TechCause', techCause]] as const)),
    ]);
  }
}

/** The agents' endpoints: 1000 to 1999, 552 and 557, and the numbered ones. */
function isAgent(endpoint: string): boolean {
  return /^(1[0-9]{3}|552|557)$/.test(endpoint) || Object.hasOwn(numberedPhones, endpoint);
}
