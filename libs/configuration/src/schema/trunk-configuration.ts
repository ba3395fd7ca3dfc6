import { isDialableChannel, trunkChannel } from '@redial/asterisk/channel';
import { limitShape, Name } from '@redial/call';
import { z } from 'zod';
import { channelTemplate } from './channel-template.ts';

const longestNumber = '9'.repeat(15);

/** A connection to the outside. */
export const TrunkConfiguration = z
  .strictObject({
    name: Name,
    /** AMI channel with `{number}`: E.164 digits, with `numberPrefix` in front. */
    channel: channelTemplate('number', longestNumber),
    /** The text that the carrier requires in front of the digits: `+`, `00` or nothing. */
    numberPrefix: z
      .string()
      .regex(/^\+?[0-9]{0,6}$/, 'a prefix of up to 6 digits, with or without a + in front, such as + or 00')
      .default(''),
    /** The PBXs that have this trunk. Absent: all. */
    pbxs: z.array(Name).min(1).optional(),
    ...limitShape,
  })
  .refine(({ channel, numberPrefix }) => isDialableChannel(trunkChannel({ channel, numberPrefix }, longestNumber)), {
    message: 'does not fit the channel: DAHDI takes digits alone, and no channel is longer than 200 characters',
    path: ['numberPrefix'],
  });
export type TrunkConfiguration = z.infer<typeof TrunkConfiguration>;
