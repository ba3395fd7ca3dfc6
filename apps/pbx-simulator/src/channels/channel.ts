import type { Header } from '../ami/event.ts';

/** Asterisk's channel states, as far as an outgoing leg meets them. */
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
  /** What SHARED() holds: written by other channels of the call. */
  readonly shared: Map<string, string>;
  /** SIP headers for its INVITE. */
  readonly headers: Record<string, string>;
  /** What an AMI Hangup does: whoever runs the channel puts it here. */
  hangUp(): void;
  /** What its phone's BYE does. */
  phoneHungUp(): void;
  /** A key that its phone presses goes to whom it is bridged with. */
  pressed(key: string): void;
  /** A key from whom it is bridged with. */
  hears(key: string): void;
  /** Timers and phones that end with the channel, however it ends. */
  readonly cleanUps: (() => void)[];
}

/** Rung by the PBX's own dialplan: it has no phone, and says nothing of SIP. */
export function isLocal(channel: Channel): boolean {
  return channel.name.startsWith('Local/');
}

/** The headers with which every channel event begins (main/manager_channels.c). */
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
