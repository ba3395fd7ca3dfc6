import {
  CallRequest,
  ClientInfo,
  ContextName,
  callStatuses,
  DispositionRetry,
  HeaderName,
  HeaderValue,
  Name,
  Reference,
  RetryPolicy,
  VariableName,
  VariableValue,
} from '@redial/call';
import { z } from 'zod';
import { ShownName } from '../shared/shown-name.ts';
import { timestampForms } from '../shared/timestamp.ts';

/** Most calls in one batch. */
export const batchMax = 1_000;
export const pageMax = 200;

/** A number as a person writes it. The tenant's numbering plan gives its meaning. */
const Written = z.string().regex(/^\+?[0-9]{2,19}$/, 'digits, with a + in front where it is international');
/** A number, or a feature code. */
const WrittenSide = z
  .string()
  .regex(
    /^(\+?[0-9]{2,19}|[0-9*#]{1,8})$/,
    'digits, with a + in front where it is international, or a feature code of 1 to 8 digits, * and #',
  );

const Timestamp = z.string().regex(/^[0-9TtZz:.+-]{12,40}$/, timestampForms);

const policy = RetryPolicy.shape;
/** Changes of a call to its tenant's retry policy. A field that is left out stays. */
export const RetryPolicyChange = z
  .strictObject({
    maxRetries: policy.maxRetries.optional().meta({ description: 'Retries after the first attempt.' }),
    delaySeconds: policy.delaySeconds.optional().meta({ description: 'From the end of the attempt that failed.' }),
    perDisposition: z
      .partialRecord(policy.perDisposition.unwrap().keyType, DispositionRetry)
      .optional()
      .meta({ description: 'What one disposition does differently.' }),
    until: policy.until.unwrap().optional().meta({ description: 'When the call has done its work.' }),
    networkBudget: policy.networkBudget
      .unwrap()
      .partial()
      .optional()
      .meta({ description: 'Faults of the network use up no retry of the above; they have this budget of their own.' }),
    retryUnknown: policy.retryUnknown
      .unwrap()
      .optional()
      .meta({ description: 'Dial again when it cannot be known whether the attempt rang.' }),
  })
  .meta({ description: 'Merged over your default policy and frozen into the call when it is accepted.' });
export type RetryPolicyChange = z.infer<typeof RetryPolicyChange>;

const request = CallRequest.shape;
const Headers = z
  .record(HeaderName, HeaderValue)
  .refine((h) => Object.keys(h).length <= 10, 'must hold at most 10 headers')
  .meta({ maxProperties: 10 });

/** `POST /v1/calls`. */
export const CreateCall = z
  .strictObject({
    dial1: WrittenSide.meta({
      description:
        'Rings first: one of your extensions, the feature code of one of your services (ring group, queue, IVR, announcement, shortcut), or a number as your numbering plan writes it or as + and E.164 digits.',
      examples: ['1001', '*601'],
    }),
    dial2: WrittenSide.meta({
      description: 'Rings once dial1 has answered; written as dial1.',
      examples: ['+27820001234'],
    }),
    dial1Context: ContextName.optional().meta({
      description:
        'One of your contexts: the dialplan of the PBX routes dial1 by it, as if a person had dialled those digits there (a + becomes your international prefix). Rules for outside numbers hold for it all the same.',
      examples: ['main_routing'],
    }),
    callerId: Written.optional().meta({
      description: 'What dial2 sees: a number or an extension that you may show. Absent: your default.',
      examples: ['+27101234567'],
    }),
    dial1CallerId: Written.optional().meta({ description: 'What dial1 sees. Absent: the same as dial2 sees.' }),
    dial1CallerName: ShownName.optional().meta({
      description:
        'A name that dial1 sees beside it. What a phone cannot show, as emoji, is left out, and so are most signs of punctuation.',
      examples: ['Zoë Smith'],
    }),
    dial1AutoAnswer: z.boolean().optional().meta({
      description:
        'Whether dial1’s own phone answers by itself. Absent: as your tenant’s extensions.autoAnswer states; without that setting, and for any dial1 but an extension, true is refused.',
    }),
    dial1RingTimeoutSeconds: request.dial1RingTimeoutSeconds.optional(),
    dial2RingTimeoutSeconds: request.dial2RingTimeoutSeconds.optional(),
    talkLimitSeconds: request.talkLimitSeconds.optional().meta({ description: "From dial2's answer." }),
    record: z.boolean().optional().meta({
      description:
        "Whether the call is recorded, from dial2's answer. Absent: as your tenant's rule states; no rule: it is not. Your tenant's rule outranks the call: true is refused where it records nothing, false where it would record this call.",
    }),
    notBefore: Timestamp.optional().meta({
      description:
        'Nothing rings before this instant: RFC 3339 with an offset, or YYYYMMDDhhmm in your time zone. At most 366 days ahead.',
      examples: ['2026-03-29T09:00:00+02:00', '202603290900'],
    }),
    expiresAt: Timestamp.optional().meta({
      description: 'No attempt starts after this instant; written as notBefore.',
    }),
    retryPolicy: RetryPolicyChange.optional(),
    reference: Reference.optional().meta({ description: 'Your own reference. Absent: the id of the call.' }),
    clientInfo: ClientInfo.optional().meta({
      description: 'Text that you want back in the CDR, as it is. It reaches no PBX.',
      examples: ['order 7, second reminder'],
    }),
    variables: z
      .record(VariableName, VariableValue)
      .optional()
      .meta({ description: 'Channel variables on your allow-list.' }),
    headers: z
      .strictObject({ dial1: Headers.optional(), dial2: Headers.optional() })
      .optional()
      .meta({ description: "SIP headers for each leg's INVITE." }),
    priority: request.priority.optional().meta({ description: '0 (first) to 9 (last); 5 where none is given.' }),
    trunk: Name.optional().meta({ description: 'One of your trunks. Absent: the first.' }),
  })
  .meta({ id: 'CreateCall' });
export type CreateCall = z.infer<typeof CreateCall>;

/** `POST /v1/calls/batch`. Calls are read one by one: a bad one does not affect the others. */
export const CreateBatch = z.strictObject({ calls: z.array(z.unknown()).min(1).max(batchMax) });
/** The same, as the documentation shows it. */
export const CreateBatchDocumented = z
  .strictObject({ calls: z.array(CreateCall).min(1).max(batchMax) })
  .meta({ id: 'CreateBatch' });

/** `PATCH /v1/calls/{id}`. */
export const RescheduleCall = z
  .strictObject({
    notBefore: Timestamp.optional().meta({ description: 'The new time of the next attempt; a past one means now.' }),
    expiresAt: Timestamp.nullable().optional().meta({ description: 'null takes the limit away.' }),
  })
  .meta({ id: 'RescheduleCall' });
export type RescheduleCall = z.infer<typeof RescheduleCall>;

const pageSize = `a number from 1 to ${pageMax}`;
const limit = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, pageSize)
  .transform(Number)
  .pipe(z.int().min(1, pageSize).max(pageMax, pageSize));

/** `GET /v1/calls`. */
export const ListCalls = z.strictObject({
  reference: Reference.optional().meta({ description: 'Calls with exactly this reference.' }),
  state: z.enum(callStatuses).optional().meta({ description: 'Calls that are in this state now.' }),
  from: Timestamp.optional().meta({ description: 'Accepted at or after this instant.' }),
  to: Timestamp.optional().meta({ description: 'Accepted before this instant.' }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_.:~=-]{1,200}$/, 'a cursor as an earlier page gave it')
    .optional()
    .meta({ description: '`cursor` of the page before.' }),
  limit: limit.optional().meta({ description: `1 to ${pageMax}; 50 where none is given.` }),
});
export type ListCalls = z.infer<typeof ListCalls>;

/** `GET /v1/deliveries`. */
export const ListDeliveries = z.strictObject({
  state: z.literal('dead').meta({ description: 'Deliveries that were given up.' }),
  limit: limit.optional().meta({ description: `1 to ${pageMax}; 50 where none is given.` }),
});
export type ListDeliveries = z.infer<typeof ListDeliveries>;
