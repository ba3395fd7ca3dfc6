import type { AttemptId, AttemptRecord, Call, CallId, Cdr } from '@redial/call';
import type { Redis } from '@redial/platform';
import { writeCall } from './call-write.ts';
import { commit, type Write } from './commit.ts';
import { writeDelivery } from './deliveries.ts';
import { attemptFields, decodeAttempt, decodeCall, decodePlain } from './documents.ts';
import { shortHash } from './keys.ts';
import { placeMembers } from './places.ts';
import { recordProgressScript } from './scripts/record-progress.ts';
import { runScript } from './scripts/script.ts';
import type { Store, Versioned, Written } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** Longer than any day of any zone lasts, seen from any other. */
const dayCountSeconds = 3 * 86_400;

type Attempts = Pick<
  Store,
  | 'readAttempt'
  | 'readForAttempt'
  | 'readAttempts'
  | 'readCdr'
  | 'fence'
  | 'recordProgress'
  | 'openAttempts'
  | 'settle'
  | 'attemptsToday'
  | 'countAttemptToday'
>;

export function attemptsOf(context: StoreContext): Attempts {
  const { redis, keys } = context;

  async function readAttempt(id: AttemptId): Promise<Versioned<AttemptRecord> | undefined> {
    const key = keys.attempt(id);
    return decodeAttempt(key, await redis.hmget(key, ...attemptFields));
  }

  async function readForAttempt(callId: CallId, attemptId: AttemptId): ReturnType<Store['readForAttempt']> {
    const [callKey, attemptKey] = [keys.call(callId), keys.attempt(attemptId)];
    const [raw, fields] = await results(
      redis
        .pipeline()
        .get(callKey)
        .hmget(attemptKey, ...attemptFields),
    );
    const call = decodeCall(callKey, raw as string | null);
    const attempt = decodeAttempt(attemptKey, fields as (string | null)[]);
    return { ...(call && { call }), ...(attempt && { attempt }) };
  }

  async function readAttempts(ids: readonly AttemptId[]): Promise<AttemptRecord[]> {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hmget(keys.attempt(id), ...attemptFields);
    const found = await results(pipeline);
    return ids.flatMap((id, i) => {
      const attempt = decodeAttempt(keys.attempt(id), found[i] as (string | null)[]);
      return attempt === undefined ? [] : [attempt.value];
    });
  }

  async function readCdr(id: AttemptId): Promise<Cdr | undefined> {
    return decodePlain<Cdr>(keys.cdr(id), await redis.get(keys.cdr(id)));
  }

  async function fence(before: Versioned<Call>, after: Call, attempt: AttemptRecord): Promise<Written> {
    const call = writeCall(context, before, after);
    const key = keys.attempt(attempt.id);
    const committed = await commit(
      redis,
      keys,
      [call.expectation, { kind: 'attempt', key, version: 0 }],
      [
        ...call.writes,
        ['HSET', key, 'v', 1, 'doc', JSON.stringify(attempt)],
        ['ZADD', keys.open(attempt.pbx), attempt.originatedAt, attempt.id],
      ],
    );
    return committed.ok ? { ok: true, version: call.version } : { ok: false, why: 'conflict' };
  }

  async function recordProgress(id: AttemptId, phase: 'ringing' | 'answered', at: number): Promise<void> {
    const field = phase === 'ringing' ? 'ringingAt' : 'answeredAt';
    await runScript(redis, recordProgressScript, [keys.attempt(id)], [field, at]);
  }

  async function openAttempts(pbx: string): Promise<AttemptId[]> {
    return (await redis.zrange(keys.open(pbx), '0', '-1')) as AttemptId[];
  }

  async function settle({ call, attempt, cdr, deliveries }: Parameters<Store['settle']>[0]): Promise<Written> {
    const { id, lanes, pbx } = attempt.before.value;
    const key = keys.attempt(id);
    const version = attempt.before.version + 1;
    const callWrite = writeCall(context, call.before, call.after);
    const writes: Write[] = [
      ['HSET', key, 'v', version, 'doc', JSON.stringify(attempt.after), 'ended', 1],
      ['HDEL', key, 'ringingAt', 'answeredAt'],
      ['SET', keys.cdr(id), JSON.stringify(cdr)],
      ['ZREM', keys.open(pbx), id],
      ['DEL', keys.grant(id)],
      ...lanes.map((lane): Write => ['ZREM', keys.places(lane), ...placeMembers(id)]),
      ...deliveries.flatMap((delivery) => writeDelivery(context, delivery)),
      // Last: if the call has ended, this sets the expiry of what was written above.
      ...callWrite.writes,
    ];
    const expectations = [callWrite.expectation, { kind: 'attempt', key, version: attempt.before.version } as const];
    const committed = await commit(redis, keys, expectations, writes);
    return committed.ok ? { ok: true, version: callWrite.version } : { ok: false, why: 'conflict' };
  }

  async function attemptsToday(tenantId: string, day: string, numbers: readonly string[]): Promise<number[]> {
    if (numbers.length === 0) return [];
    const counts = await redis.hmget(keys.today(tenantId, day), ...numbers.map((n) => shortHash(`${tenantId} ${n}`)));
    return counts.map(Number);
  }

  async function countAttemptToday(tenantId: string, day: string, numbers: readonly string[]): Promise<void> {
    if (numbers.length === 0) return;
    const key = keys.today(tenantId, day);
    const counts = numbers.map((n): Write => ['HINCRBY', key, shortHash(`${tenantId} ${n}`), 1]);
    await commit(redis, keys, [], [...counts, ['EXPIRE', key, dayCountSeconds]]);
  }

  return {
    readAttempt,
    readForAttempt,
    readAttempts,
    readCdr,
    fence,
    recordProgress,
    openAttempts,
    settle,
    attemptsToday,
    countAttemptToday,
  };
}

/** A pipeline's answers; throws the first error among them. */
async function results(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const answers = await pipeline.exec();
  if (answers === null) throw new Error('the pipeline was not run');
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
