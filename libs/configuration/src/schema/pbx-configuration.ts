import { limitShape, Name } from '@redial/call';
import { z } from 'zod';

/** A port. It may be text, because an environment variable is text. */
const port = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^[0-9]{1,5}$/)
        .transform(Number),
    ],
    'a port: 1 to 65535',
  )
  .pipe(z.int().min(1, 'a port: 1 to 65535').max(65_535, 'a port: 1 to 65535'));

/** One Asterisk. */
export const PbxConfiguration = z.strictObject({
  name: Name,
  host: z.string().min(1),
  port: port.default(5038),
  username: z.string().min(1),
  secret: z.string().min(1),
  /**
   * A manager user without the right to originate, for the processes that place no calls. Absent: they use the
   * dialer's.
   */
  observer: z.strictObject({ username: z.string().min(1), secret: z.string().min(1) }).optional(),
  maxCalls: limitShape.maxCalls.default(1_000),
  maxCallsPerSecond: limitShape.maxCallsPerSecond.default(100),
  /**
   * Where its recordings (Asterisk's `<astspooldir>/monitor`) can be read from: a folder of the API's host, or an HTTP
   * address.
   */
  recordings: z
    .union(
      [
        z.strictObject({ folder: z.string().min(1) }),
        z.strictObject({
          url: z.url({ protocol: /^https?$/, error: 'an address such as https://pbx1.example/monitor' }),
        }),
      ],
      'a folder or a url',
    )
    .optional(),
});
export type PbxConfiguration = z.infer<typeof PbxConfiguration>;

/** The PBX with the login of the processes that place no calls. */
export function observed(pbx: PbxConfiguration): PbxConfiguration {
  return { ...pbx, ...pbx.observer };
}
