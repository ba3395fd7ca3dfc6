import { AttemptId, type AttemptRecord, classOf, type LegOutcome } from '@redial/call';
import type { AttemptStore } from '@redial/store';

/** As the dashboard shows a job. */
export interface ShownJob {
  readonly id?: string | number | null | undefined;
  readonly name: string;
  readonly returnValue?: unknown;
  readonly failedReason?: unknown;
  readonly isFailed: boolean;
}

/**
 * Jobs of the dial queue, each with the end of its attempt. A job is over once dial1's outcome is known, so the end is
 * read from the attempt's record. A job without a record is shown unchanged.
 */
export async function withAttemptEnds<T extends ShownJob>(
  jobs: readonly T[],
  store: Pick<AttemptStore, 'readAttempts'>,
): Promise<T[]> {
  const ids = jobs.flatMap(({ id }) => AttemptId.safeParse(id).data ?? []);
  const records = new Map<unknown, AttemptRecord>((await store.readAttempts(ids)).map((record) => [record.id, record]));
  return jobs.map((job) => {
    const record = records.get(job.id);
    if (record === undefined) return job;
    const { disposition, sentence, isFailed } = endOf(record);
    const failure = isFailed && { failedReason: sentence, isFailed };
    return { ...job, name: `${job.name}: ${disposition}`, returnValue: sentence, ...failure };
  });
}

interface End {
  readonly disposition: string;
  readonly sentence: string;
  /** It failed: no talk, and not canceled. */
  readonly isFailed: boolean;
}

export function endOf({ ended, ringingAt, answeredAt }: AttemptRecord): End {
  if (ended === undefined) {
    const progress =
      answeredAt !== undefined ? 'answered by dial1' : ringingAt !== undefined ? 'ringing' : 'originating';
    return { disposition: progress, sentence: progress, isFailed: false };
  }
  const { disposition, connected, dial1, dial2, talkMs } = ended.outcome;
  const talk = connected && talkMs !== null ? `, talked for ${Math.round(talkMs / 1_000)} s` : '';
  const legs = [`dial1: ${legOf(dial1)}`, `dial2: ${dial2 === null ? 'not dialled' : legOf(dial2)}`];
  return {
    disposition,
    sentence: [`${disposition}${talk}`, ...legs].join('; '),
    isFailed: !connected && classOf(disposition) !== 'canceled',
  };
}

function legOf({ disposition, sipCode, cause }: LegOutcome): string {
  const raw = [sipCode !== undefined && `SIP ${sipCode}`, cause !== undefined && `cause ${cause}`].filter(Boolean);
  return raw.length === 0 ? disposition : `${disposition} (${raw.join(', ')})`;
}
