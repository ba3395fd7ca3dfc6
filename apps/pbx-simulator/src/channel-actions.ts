import { type Call, error, list, type Row, respond, success } from './ami-reply.ts';
import { type Channel, channelHeaders } from './channel.ts';
import type { Header } from './event.ts';
import { functionValue } from './functions.ts';
import { originate } from './originate.ts';

export function originateAction(call: Call): void {
  const refusal = originate(call.session.server.exchange, call.message);
  if (refusal === undefined) success(call, 'Originate successfully queued');
  else error(call, refusal);
}

export function hangup(call: Call): void {
  const wanted = call.message.header('Channel');
  if (wanted === '') {
    error(call, 'No channel specified');
    return;
  }
  const channel = call.session.server.exchange.find(wanted);
  if (channel === undefined) {
    error(call, 'No such channel');
    return;
  }
  success(call, 'Channel Hungup');
  channel.hangUp();
}

export function status(call: Call): void {
  const found = channelsMeant(call);
  if (found === undefined) {
    error(call, 'No such channel');
    return;
  }
  list(
    call,
    'Channel status will follow',
    'StatusComplete',
    found.map((channel) => ['Status', statusHeaders(call, channel)]),
    [['Items', found.length]],
  );
}

export function coreShowChannels(call: Call): void {
  const rows = call.session.server.exchange.channels.map(
    (channel): Row => [
      'CoreShowChannel',
      [
        ...channelHeaders(channel),
        ['Application', channel.application.name],
        ['ApplicationData', channel.application.data],
        ['Duration', clockReading(ageMs(call, channel))],
        ['BridgeId', channel.bridgeId],
      ],
    ],
  );
  list(call, 'Channels will follow', 'CoreShowChannelsComplete', rows);
}

export function getvar(call: Call): void {
  const { exchange } = call.session.server;
  const name = call.message.header('Variable');
  const wanted = call.message.header('Channel');
  const channel = wanted === '' ? undefined : exchange.find(wanted);
  if (name === '') error(call, 'No variable specified');
  else if (/SHELL|EVAL/.test(name)) error(call, 'GetVar Access Forbidden: Variable');
  else if (wanted !== '' && channel === undefined) error(call, 'No such channel');
  else {
    const value = functionValue(exchange, name) ?? channel?.variables.get(name);
    respond(call, 'Success', [
      ['Variable', name],
      ['Value', value ?? ''],
    ]);
  }
}

export function setvar(call: Call): void {
  const name = call.message.header('Variable');
  const wanted = call.message.header('Channel');
  const channel = wanted === '' ? undefined : call.session.server.exchange.find(wanted);
  if (name === '') error(call, 'No variable specified');
  else if (wanted !== '' && channel === undefined) error(call, 'No such channel');
  // live_dangerously = no: what writes outside the channel is refused.
  else if (name.includes('(')) error(call, 'Variable not set');
  else {
    channel?.variables.set(name, call.message.header('Value'));
    success(call, 'Variable Set');
  }
}

/** Nothing of Redial's redirects a call. */
export function redirect(call: Call): void {
  error(call, 'Redirect failed');
}

function channelsMeant(call: Call): readonly Channel[] | undefined {
  const { exchange } = call.session.server;
  const wanted = call.message.header('Channel');
  if (wanted === '') return exchange.channels;
  const channel = exchange.find(wanted);
  return channel === undefined ? undefined : [channel];
}

function statusHeaders(call: Call, channel: Channel): Header[] {
  const variables = call.message.header('Variables');
  return [
    ['Privilege', 'Call'],
    ...channelHeaders(channel),
    ['Type', 'PJSIP'],
    ['DNID', ''],
    ['EffectiveConnectedLineNum', channel.connectedLine || '<unknown>'],
    ['EffectiveConnectedLineName', '<unknown>'],
    ['TimeToHangup', 0],
    ['BridgeID', channel.bridgeId],
    ['Application', channel.application.name],
    ['Data', channel.application.data],
    ['Seconds', Math.floor(ageMs(call, channel) / 1000)],
    ...(variables === '' ? [] : variables.split(',')).map(
      (name): Header => ['Variable', `${name}=${channel.variables.get(name) ?? ''}`],
    ),
  ];
}

function ageMs(call: Call, channel: Channel): number {
  return call.session.server.exchange.clock.ticks() - channel.createdTicks;
}

function clockReading(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
