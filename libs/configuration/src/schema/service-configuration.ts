import { Service } from '@redial/call';
import { z } from 'zod';
import { ServiceChannel } from './channel-template.ts';

const { name, code } = Service.shape;
const named = { name, code };

/**
 * A service of the PBX that can be a side of a call. The PBX has it, and the operator's channel reaches it, with two
 * exceptions:
 *
 * - `queue` without a channel: Asterisk's `Queue()` of that name, through Redial's own context. dial1 has answered when
 *   an agent has.
 * - `announcement` with a `sound` of the PBX: Redial's own context plays it. With `dtmf` it waits for a digit and
 *   connects.
 *
 * The PBX decides what a service rings: do-not-call, windows and caps apply to the outside numbers of a request, not to
 * numbers behind a service.
 */
export const ServiceConfiguration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['ring_group', 'ivr', 'shortcut', 'context']), ...named, channel: ServiceChannel }),
  z.strictObject({ kind: z.literal('queue'), ...named, channel: ServiceChannel.optional() }),
  z
    .strictObject({
      kind: z.literal('announcement'),
      ...named,
      channel: ServiceChannel.optional(),
      /** As Playback expects it: a path below the PBX's sounds, without extension. */
      sound: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$/,
          'a sound of the PBX: a path of letters, digits, - and _, without extension, such as custom/welcome',
        )
        .optional(),
      /** DTMF digit → the extension, or the service by its name, that it rings. */
      dtmf: z.record(z.string().regex(/^[0-9]$/, 'a DTMF digit: 0 to 9'), z.string()).optional(),
      /** The wait for a digit, after the sound. */
      waitSeconds: z.int().min(1).max(60).default(5),
    })
    .refine((s) => (s.channel === undefined) !== (s.sound === undefined), {
      message: 'needs either a sound or a channel',
      path: ['sound'],
    })
    .refine((s) => s.dtmf === undefined || s.sound !== undefined, { message: 'belongs to a sound', path: ['dtmf'] }),
]);
export type ServiceConfiguration = z.infer<typeof ServiceConfiguration>;
