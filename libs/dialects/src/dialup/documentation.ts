import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import type { ParameterName } from './parameters.ts';
import { replyFormats } from './response-options.ts';

const digits = (pattern: string, description: string) =>
  z
    .string()
    .regex(new RegExp(`^(${pattern})$`))
    .meta({ description });
const allFour = 'Of a future call, which has all four of Date, Maxretry, Retrytime and ident.';

/** Every parameter beside the credentials, spelled as the vendor's table has it. Names and words match in any case. */
const fields = z.strictObject({
  dial1: z.string().meta({
    description: 'An extension, a service by its feature code, or a number; or several numbers, separated by commas.',
  }),
  dial2: z.string().meta({ description: 'An extension, a service by its feature code, or a number.' }),
  Response: z.enum(['yes', 'no']).optional().meta({ description: 'yes: the answer waits for dial1.' }),
  showUID: z.enum(['yes', 'no']).optional().meta({ description: 'yes: with both UniqueIDs. Needs Response=yes.' }),
  RFormat: z.enum(replyFormats).optional().meta({ description: 'The form of the answer; text without it.' }),
  SetCID: z.string().optional().meta({ description: 'A number, or an extension of yours.' }),
  Timeout: digits('[0-9]{1,3}', 'How long dial1 rings: 1 to 300 seconds, 20 without it.').optional(),
  Date: digits('[0-9]{12}', `YYYYMMDDhhmm in your time zone. ${allFour}`).optional(),
  Maxretry: digits('[0-9]{1,3}', `Retries after the first attempt, 0 to 100. ${allFour}`).optional(),
  Retrytime: digits('[0-9]{1,7}', `From the end of the failed attempt, in seconds. ${allFour}`).optional(),
  ident: z
    .string()
    .optional()
    .meta({ description: `Your reference for the request. ${allFour}` }),
} satisfies Record<Exclude<ParameterName, 'user' | 'pass' | 'org'>, z.ZodType>);

const credential = (name: string) => ({ type: 'apiKey', in: 'query', name });
const Text = z.string();
const answer = (status: readonly [string, ...string[]], id: string) =>
  z.strictObject({ status: z.enum(status), reason: z.string(), uid1: z.string(), uid2: z.string() }).meta({ id });
const ok = { status: 'ok', reason: '', uid1: '', uid2: '' };

export const documentation: DialectDocumentation = {
  description: 'dialup: Click2Call by URL dialing.',
  security: { user: credential('user'), pass: credential('pass'), org: credential('org') },
  fields,
  summary: 'Ring dial1, then dial2',
  example: { dial1: '1001', dial2: '0820001234', RFormat: 'json' },
  answers: {
    'application/json': { schema: answer(['ok', 'fail'], 'DialupAnswer'), example: ok },
    'text/plain': { schema: Text, example: 'OK' },
    'text/html': {
      schema: Text,
      example:
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>dialup</title></head><body>OK</body></html>\n',
    },
    'application/xml': {
      schema: Text,
      example: '<response><status>ok</status><reason></reason><uid1></uid1><uid2></uid2></response>',
    },
  },
  refusal: {
    schema: answer(['fail', 'pending'], 'DialupRefused'),
    example: { ...ok, status: 'fail', reason: 'dial2: is required' },
  },
};
