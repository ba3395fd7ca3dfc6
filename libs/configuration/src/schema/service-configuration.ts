import { Service } from '@redial/call';
import { z } from 'zod';
import { ServiceChannel } from './channel-template.ts';

const { name, code } = Service.shape;
const named = { name, code };

/**
 * A service of the PBX that can be a side of a call. It is the PBX's own and reached by the operator's channel, but for two:
 *
 * - `queue` without a channel: Asterisk's `Queue()` of that name, by Redial's own context; dial1 has answered when an agent has.
 * - `announcement` with a `sound` of the PBX: Redial's own context plays it; with `dtmf` it waits for a digit and connects.
 *
 * What a service rings is the PBX's affair: do-not-call, windows and caps see outside numbers of a request, and nothing behind a service.
 */
export const ServiceConfiguration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['ring_group', 'ivr', 'shortcut', 'context']), ...named, channel: ServiceChannel }),
  z.strictObject({ kind: z.literal('queue'), ...named, channel: ServiceChannel.optional() }),
  z
    .strictObject({
      kind: z.literal('announcement'),
      ...named,
      channel: ServiceChannel.optional(),
      /** As Playback takes it: a path below the PBX's sounds, without extension. */
      sound: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$/,
          'a sound of the PBX: a path of letters, digits, - and _, without extension, such as custom/welcome',
        )
        .optional(),
      /** DTMF digit → the extension or the service (by name) that is rung for it. */
      dtmf: z.record(z.string().regex(/^[0-9]$/, 'a DTMF digit: 0 to 9'), z.string()).optional(),
      /** For a digit, once the sound has been played. */
      waitSeconds: z.int().min(1).max(60).default(5),
    })
    .refine((s) => (s.channel === undefined) !== (s.sound === undefined), {
      message: 'needs either a sound or a channel',
      path: ['sound'],
    })
    .refine((s) => s.dtmf === undefined || s.sound !== undefined, { message: 'belongs to a sound', path: ['dtmf'] }),
]);
export type ServiceConfiguration = z.infer<typeof ServiceConfiguration>;
