import { isDialableChannel, withoutOptimization } from '@redial/asterisk/channel';
import { z } from 'zod';

/** An operator's channel, as it will be dialled. */
export const ServiceChannel = z
  .string()
  .refine(
    (channel) => isDialableChannel(withoutOptimization(channel)),
    'must be one channel, such as Local/601@ext-group/n or PJSIP/lobby',
  );

/** An operator's channel with a `{placeholder}` for digits. `longest`: the longest text that can replace it. */
export function channelTemplate(placeholder: string, longest: string) {
  const field = `{${placeholder}}`;
  // Aborts: the later checks assume a template.
  const fault = (message: string) => ({ message, abort: true });
  return z
    .string()
    .refine((t) => t.split(field).length === 2, fault(`must hold ${field} once`))
    .refine((t) => !/[{}]/.test(t.replace(field, '')), fault(`may hold no other braces than ${field}`))
    .refine(
      (t) => isDialableChannel(withoutOptimization(t.replace(field, longest))),
      fault('must be one channel, such as PJSIP/{number}@carrier, DAHDI/g1/{number} or Local/{number}@context'),
    );
}
