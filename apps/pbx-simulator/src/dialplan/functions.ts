import { channelState } from '../channels/channel.ts';
import type { PbxCore } from '../channels/pbx-core.ts';
import { isExtension } from './dialplan.ts';
import { queues } from './queue-context.ts';
import { routeOf } from './routes.ts';

/** Getvar's value of a dialplan function that needs no channel. Undefined: it is none of these. */
export function functionValue(core: PbxCore, expression: string): string | undefined {
  const [, name = '', args = ''] = /^([A-Z_]+)\((.*)\)$/s.exec(expression) ?? [];
  switch (name) {
    case 'DB': {
      const [family = '', key = ''] = args.split(/\/(.*)/s, 2);
      return core.astDb.get(family, key);
    }
    case 'DEVICE_STATE':
      return deviceState(core, args);
    case 'QUEUE_EXISTS':
      return args === '' ? '' : answer(Object.hasOwn(queues, args.toLowerCase()));
    case 'DIALPLAN_EXISTS': {
      const [context = '', exten = 's', priority = '1'] = args.split(',');
      return answer(
        isExtension(context, exten, Number(priority)) || (priority === '1' && routeOf(context, exten) !== undefined),
      );
    }
    default:
      return undefined;
  }
}

function deviceState(core: PbxCore, device: string): string {
  const [tech, resource = ''] = device.split(/\/(.*)/s, 2);
  if (tech !== 'PJSIP') return 'INVALID';
  if (core.phones.behaviourOf(resource).kind === 'unregistered') return 'UNAVAILABLE';
  // A number behind a trunk is no device, and neither is a URI behind an endpoint.
  if (/[@/]/.test(resource) || core.userBehind(resource) === undefined) return 'INVALID';
  const states = core.channels.filter(({ name }) => name.startsWith(`${device}-`)).map(({ state }) => state);
  const isUp = states.includes(channelState.up);
  if (states.includes(channelState.ringing)) return isUp ? 'RINGINUSE' : 'RINGING';
  return isUp ? 'INUSE' : 'NOT_INUSE';
}

function answer(yes: boolean): string {
  return yes ? '1' : '0';
}
