import type { Header } from '../ami/event.ts';

/** The Asterisk channel states that an outgoing leg can have. */
export const channelState = { down: 0, ringing: 5, up: 6 } as const;
export type ChannelState = (typeof channelState)[keyof typeof channelState];

const stateText: Readonly<Record<ChannelState, string>> = { 0: 'Down', 5: 'Ringing', 6: 'Up' };

/** A live channel of the simulated PBX. */
export interface Channel {
  readonly name: string;
  readonly uniqueId: string;
  readonly linkedId: string;
  /** Simulated ms (SimulatedClock.ticks). */
  readonly createdTicks: number;
  state: ChannelState;
  callerId: string;
  callerName: string;
  connectedLine: string;
  context: string;
  exten: string;
  priority: number;
  application: { name: string; data: string };
  bridgeId: string;
  /** Set by Originate and by the dialplan. */
  readonly variables: Map<string, string>;
  /** The values of SHARED(), which other channels of the call write. */
  readonly shared: Map<string, string>;
  /** SIP headers for its INVITE. */
  readonly headers: Record<string, string>;
  /** The effect of an AMI Hangup. The code that runs the channel sets it. */
  hangUp(): void;
  /** The effect of its phone's BYE. */
  phoneHungUp(): void;
  /** A key that its phone presses goes to the bridged channel. */
  pressed(key: string): void;
  /** A key from the bridged channel. */
  onDtmf(key: string): void;
  /** Timers and phones that end with the channel, whatever ends it. */
  readonly cleanUps: (() => void)[];
}

/** The PBX's own dialplan rings it: it has no phone and no SIP code. */
export function isLocal(channel: Channel): boolean {
  return channel.name.startsWith('Local/');
}

/** The headers at the start of every channel event (main/manager_channels.c). */
export function channelHeaders(channel: Channel): Header[] {
  return [
    ['Channel', channel.name],
    ['ChannelState', channel.state],
    ['ChannelStateDesc', stateText[channel.state]],
    ['CallerIDNum', channel.callerId || '<unknown>'],
    ['CallerIDName', channel.callerName || '<unknown>'],
    ['ConnectedLineNum', channel.connectedLine || '<unknown>'],
    ['ConnectedLineName', '<unknown>'],
    ['Language', 'en'],
    ['AccountCode', ''],
    ['Context', channel.context],
    ['Exten', channel.exten],
    ['Priority', channel.priority],
    ['Uniqueid', channel.uniqueId],
    ['Linkedid', channel.linkedId],
  ];
}
