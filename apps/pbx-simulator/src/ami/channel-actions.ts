import { type Channel, channelHeaders } from '../channels/channel.ts';
import { functionValue } from '../dialplan/functions.ts';
import type { Header } from './event.ts';
import { originateChannel } from './originate.ts';
import { type AmiRequest, error, list, type Row, respond, success } from './reply.ts';

export function answerOriginate(request: AmiRequest): void {
  const refusal = originateChannel(request.session.core, request.message);
  if (refusal === undefined) success(request, 'Originate successfully queued');
  else error(request, refusal);
}

export function hangup(request: AmiRequest): void {
  const wanted = request.message.header('Channel');
  if (wanted === '') {
    error(request, 'No channel specified');
    return;
  }
  const channel = request.session.core.find(wanted);
  if (channel === undefined) {
    error(request, 'No such channel');
    return;
  }
  success(request, 'Channel Hungup');
  channel.hangUp();
}

export function answerStatus(request: AmiRequest): void {
  const found = channelsMeant(request);
  if (found === undefined) {
    error(request, 'No such channel');
    return;
  }
  list(
    request,
    'Channel status will follow',
    'StatusComplete',
    found.map((channel) => ['Status', statusHeaders(request, channel)]),
    [['Items', found.length]],
  );
}

export function coreShowChannels(request: AmiRequest): void {
  const rows = request.session.core.channels.map(
    (channel): Row => [
      'CoreShowChannel',
      [
        ...channelHeaders(channel),
        ['Application', channel.application.name],
        ['ApplicationData', channel.application.data],
        ['Duration', clockReading(ageMs(request, channel))],
        ['BridgeId', channel.bridgeId],
      ],
    ],
  );
  list(request, 'Channels will follow', 'CoreShowChannelsComplete', rows);
}

export function getvar(request: AmiRequest): void {
  const { core } = request.session;
  const name = request.message.header('Variable');
  const wanted = request.message.header('Channel');
  const channel = wanted === '' ? undefined : core.find(wanted);
  if (name === '') error(request, 'No variable specified');
  else if (/SHELL|EVAL/.test(name)) error(request, 'GetVar Access Forbidden: Variable');
  else if (wanted !== '' && channel === undefined) error(request, 'No such channel');
  else {
    const value = functionValue(core, name) ?? channel?.variables.get(name);
    respond(request, 'Success', [
      ['Variable', name],
      ['Value', value ?? ''],
    ]);
  }
}

export function setvar(request: AmiRequest): void {
  const name = request.message.header('Variable');
  const wanted = request.message.header('Channel');
  const channel = wanted === '' ? undefined : request.session.core.find(wanted);
  if (name === '') error(request, 'No variable specified');
  else if (wanted !== '' && channel === undefined) error(request, 'No such channel');
  // live_dangerously = no: a function that writes outside the channel is refused.
  else if (name.includes('(')) error(request, 'Variable not set');
  else {
    channel?.variables.set(name, request.message.header('Value'));
    success(request, 'Variable Set');
  }
}

/** Redial never sends a Redirect. */
export function redirect(request: AmiRequest): void {
  error(request, 'Redirect failed');
}

function channelsMeant(request: AmiRequest): readonly Channel[] | undefined {
  const { core } = request.session;
  const wanted = request.message.header('Channel');
  if (wanted === '') return core.channels;
  const channel = core.find(wanted);
  return channel === undefined ? undefined : [channel];
}

function statusHeaders(request: AmiRequest, channel: Channel): Header[] {
  const variables = request.message.header('Variables');
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
    ['Seconds', Math.floor(ageMs(request, channel) / 1000)],
    ...(variables === '' ? [] : variables.split(',')).map(
      (name): Header => ['Variable', `${name}=${channel.variables.get(name) ?? ''}`],
    ),
  ];
}

function ageMs(request: AmiRequest, channel: Channel): number {
  return request.session.core.clock.ticks() - channel.createdTicks;
}

function clockReading(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
