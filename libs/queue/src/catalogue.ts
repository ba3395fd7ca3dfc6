import { AttemptId, CallId, Evidence, Name } from '@redial/call';
import { UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import type { DeliveryJob, DialJob, ResultsJob } from './jobs.ts';

/** What the dashboard may show of a number: never five digits in a row. `maskNumber` leaves four at most. */
const Masked = z
  .string()
  .max(80)
  .refine((text) => !/[0-9]{5}/.test(text), 'must be a masked number');

/** `<attemptId>.<sink name>`. */
const DeliveryId = z
  .string()
  .refine(
    (text) =>
      AttemptId.safeParse(text.slice(0, 30)).success && text[30] === '.' && Name.safeParse(text.slice(31)).success,
    {
      message: 'must be <attempt id>.<sink name>',
    },
  );

/** One kind of job: its queue, its data and its id. */
export interface JobKind<T> {
  /** The name of the queue and of each job in it. */
  readonly name: string;
  readonly data: z.ZodType<T>;
  readonly idOf: (data: T) => string;
}

/**
 * Every kind of job. Data is parsed when a job is added and when it is taken. A person can edit and duplicate jobs on
 * the dashboard, and such data must not be dialled. Ids hold no `:` and are no integers: BullMQ refuses those.
 *
 * Two versions run side by side during a deploy, and each may take jobs of the other. A field that this version does
 * not know is ignored, not refused. A new field is therefore optional, and nothing may fail without it
 * (docs/decisions).
 */
export const catalogue: {
  readonly dial: JobKind<DialJob>;
  readonly results: JobKind<ResultsJob>;
  readonly deliveries: JobKind<DeliveryJob>;
} = {
  dial: {
    name: 'dial',
    data: z.object({ callId: CallId, attemptId: AttemptId, maskedDial2: Masked }),
    idOf: ({ attemptId }) => attemptId,
  },
  results: {
    name: 'results',
    data: z.object({
      callId: CallId,
      attemptId: AttemptId,
      reportedBy: z.string().min(1).max(80),
      evidence: Evidence,
      claimedBy: z.string().min(1).max(40).optional(),
    }),
    idOf: ({ attemptId }) => attemptId,
  },
  deliveries: {
    name: 'deliveries',
    data: z.object({ deliveryId: DeliveryId }),
    idOf: ({ deliveryId }) => deliveryId,
  },
};

export type QueueName = keyof typeof catalogue;

export const queueNames = Object.keys(catalogue) as readonly QueueName[];

/** One of our jobs in the form of BullMQ. Throws ZodError: a bug of the caller. */
export function toJob<T>(kind: JobKind<T>, data: T): { readonly name: string; readonly data: T; readonly id: string } {
  const parsed = kind.data.parse(data);
  return { name: kind.name, data: parsed, id: kind.idOf(parsed) };
}

/** A job whose data we did not write. BullMQ keeps it as failed and does not run it again. */
export class RefusedJob extends UnrecoverableError {}

/** A job of BullMQ → its data. Throws `RefusedJob` with the names of the fields, never their values. */
export function fromJob<T>(kind: JobKind<T>, job: { readonly id?: string | undefined; readonly data: unknown }): T {
  const parsed = kind.data.safeParse(job.data);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'data'}: ${issue.message}`);
    throw new RefusedJob(`refused: the job's data was changed (${fields.join('; ')})`);
  }
  if (kind.idOf(parsed.data) !== job.id) throw new RefusedJob("refused: the job's data does not belong to its id");
  return parsed.data;
}
