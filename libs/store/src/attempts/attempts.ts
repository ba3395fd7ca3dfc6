import type { AttemptId, AttemptRecord, Call, CallId, Cdr } from '@redial/call';
import { type Redis, shortHash } from '@redial/platform';
import { writeCall } from '../calls/call-write.ts';
import { writeDelivery } from '../deliveries/deliveries.ts';
import { keepPermits, permitMembers } from '../permits/permits.ts';
import { commit, type Expectation, type Write } from '../records/commit.ts';
import {
  attemptFields,
  decodeAttempt,
  decodeCall,
  decodeCdr,
  encodeAttempt,
  encodeEndedAttempt,
  unlessMalformed,
} from '../records/documents.ts';
import { answerAt, failureAt } from '../records/read-records.ts';
import { pbxsWithOpenScript } from '../scripts/pbxs-with-open.ts';
import { recordProgressScript } from '../scripts/record-progress.ts';
import { runScript } from '../scripts/script.ts';
import type { StoreContext } from '../store-context.ts';
import type { Versioned, Written } from '../versioned.ts';
import {
  type AttemptProgress,
  type AttemptStore,
  type Claimed,
  type DayCap,
  type Settlement,
  tenantCounts,
} from './attempt-store.ts';
import type { CancelStore } from './cancel-store.ts';

/** Longer than any day of any time zone lasts, seen from any other zone. */
const dayCountSeconds = 3 * 86_400;

/** Where an attempt's progress is noted beside its document. */
const progressFields: Readonly<Record<AttemptProgress, string>> = {
  ringing: 'ringingAt',
  answered: 'answeredAt',
  dial2_created: 'dial2UniqueId',
};

export function attemptsOf(context: StoreContext): AttemptStore & Pick<CancelStore, 'cancelRequested'> {
  const { redis, keys, onMalformed } = context;

  async function readAttempt(id: AttemptId): Promise<Versioned<AttemptRecord> | undefined> {
    return attemptIn(id, await readsOf(redis.pipeline(), id).exec(), 0);
  }

  async function readForAttempt(callId: CallId, attemptId: AttemptId): ReturnType<AttemptStore['readForAttempt']> {
    const callKey = keys.call(callId);
    const answers = await readsOf(redis.pipeline().getBuffer(callKey), attemptId).exec();
    const call = decodeCall(callKey, answerOf(callKey, answers?.[0]) as Buffer | null);
    const attempt = attemptIn(attemptId, answers, 1);
    return { ...(call && { call }), ...(attempt && { attempt }) };
  }

  async function readAttempts(ids: readonly AttemptId[]): Promise<AttemptRecord[]> {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const id of ids) readsOf(pipeline, id);
    const answers = await pipeline.exec();
    return ids.flatMap((id, i) => {
      const attempt = unlessMalformed(onMalformed, () => attemptIn(id, answers, 2 * i));
      return attempt === undefined ? [] : [attempt.value];
    });
  }

  /** Adds the two commands that read an attempt, open or ended, in the order that `decodeAttempt` needs. */
  function readsOf(pipeline: Pipeline, id: AttemptId): Pipeline {
    return pipeline.hmgetBuffer(keys.attempt(id), ...attemptFields).getBuffer(keys.cdr(id));
  }

  /** Decodes the attempt from the two answers that start at `at`. */
  function attemptIn(id: AttemptId, answers: Answers, at: number): Versioned<AttemptRecord> | undefined {
    const named = { attempt: keys.attempt(id), cdr: keys.cdr(id) };
    const fields = answerOf(named.attempt, answers?.[at]) as (Buffer | null)[];
    return decodeAttempt(named, fields, answerOf(named.cdr, answers?.[at + 1]) as Buffer | null);
  }

  async function readCdr(id: AttemptId): Promise<Cdr | undefined> {
    const key = keys.cdr(id);
    return decodeCdr(key, await answerAt(key, redis.getBuffer(key)));
  }

  async function claim(before: Versioned<Call>, after: Call, attempt: AttemptRecord, cap?: DayCap): Promise<Claimed> {
    const call = writeCall(context, before, after);
    const key = keys.attempt(attempt.id);
    const day = countOf(cap);
    const committed = await commit(
      redis,
      keys,
      // The cap comes last: a loser whose winner has used up the day gets a conflict, not the cap.
      [call.expectation, { kind: 'attempt', key, version: 0, endedKey: keys.cdr(attempt.id) }, ...day.expectations],
      [
        ...call.writes,
        ['HSET', key, 'v', 1, 'doc', encodeAttempt(attempt), ...scriptFields(attempt)],
        ['ZADD', keys.open(attempt.pbx), attempt.originatedAt, attempt.id],
        ['SADD', keys.pbxsWithOpen, attempt.pbx],
        // Even if its PBX stays unreachable, the attempt keeps its place in the journal until it is settled.
        ['ZADD', keys.slotsInUse(attempt.pbx), '+inf', attempt.slot],
        ...keepPermits(context, attempt),
        ...day.writes,
      ],
    );
    if (committed.ok) return { ok: true, version: call.version };
    return { ok: false, why: committed.unmet.kind === 'count' ? 'cap' : 'conflict' };
  }

  function countOf(cap: DayCap | undefined): { expectations: Expectation[]; writes: Write[] } {
    if (cap === undefined) return { expectations: [], writes: [] };
    const { tenantId, max, tenantMax, talkSecondsMax } = cap;
    const key = keys.today(tenantId, cap.day);
    const fields = [...new Set(cap.numbers)].map((number) => countField(tenantId, number));
    const below = (field: string, most: number | undefined): Expectation[] =>
      most === undefined ? [] : [{ kind: 'count', key, field, below: most }];
    const [all, talk] = [countField(tenantId, tenantCounts.attempts), countField(tenantId, tenantCounts.talkSeconds)];
    return {
      expectations: [
        ...fields.flatMap((field) => below(field, max)),
        ...below(all, tenantMax),
        ...below(talk, talkSecondsMax),
      ],
      writes: [...[...fields, all].map((field): Write => ['HINCRBY', key, field, 1]), ['EXPIRE', key, dayCountSeconds]],
    };
  }

  /**
   * Part of the write that ends the attempt, so that it happens once. A day that has expired may return for a while; no
   * caller reads it.
   */
  function uncount({ tenantId, countedOn }: AttemptRecord, numbers: readonly string[]): Write[] {
    if (countedOn === undefined || numbers.length === 0) return [];
    const key = keys.today(tenantId, countedOn);
    return [
      ...numbers.map((number): Write => ['HINCRBY', key, countField(tenantId, number), -1]),
      ['EXPIRE', key, dayCountSeconds],
    ];
  }

  /** The length of a talk is known at its end. Calls under way when a day's minutes are used up go on. */
  function countTalk({ tenantId, countedOn }: AttemptRecord, talkMs: number | null): Write[] {
    if (countedOn === undefined || talkMs === null || talkMs <= 0) return [];
    const key = keys.today(tenantId, countedOn);
    return [
      ['HINCRBY', key, countField(tenantId, tenantCounts.talkSeconds), Math.ceil(talkMs / 1000)],
      ['EXPIRE', key, dayCountSeconds],
    ];
  }

  async function recordProgress(id: AttemptId, phase: AttemptProgress, at: number, uniqueId?: string): Promise<void> {
    const noted = { ringing: at, answered: at, dial2_created: uniqueId }[phase];
    if (noted === undefined) return;
    const channel = phase === 'ringing' ? '' : keys.callChangedChannel;
    await runScript(redis, recordProgressScript, [keys.attempt(id)], [progressFields[phase], noted, channel]);
  }

  async function openAttempts(pbx: string): Promise<AttemptId[]> {
    return (await redis.zrange(keys.open(pbx), '0', '-1')) as AttemptId[];
  }

  async function pbxsWithOpenAttempts(): Promise<string[]> {
    return (await runScript(redis, pbxsWithOpenScript, [keys.pbxsWithOpen], [keys.open('')])) as string[];
  }

  async function cancelRequested(): Promise<AttemptId[]> {
    return (await redis.zrange(keys.cancelRequested, '0', '-1')) as AttemptId[];
  }

  async function settle({ call, attempt, cdr, deliveries, uncounted = [] }: Settlement): Promise<Written> {
    const { id, limits, pbx, slot } = attempt.before.value;
    const key = keys.attempt(id);
    const version = attempt.before.version + 1;
    const callWrite = writeCall(context, call.before, call.after);
    const writes: Write[] = [
      ['SET', keys.cdr(id), encodeEndedAttempt(version, attempt.after, cdr)],
      ['DEL', key],
      ['ZREM', keys.open(pbx), id],
      ['DEL', keys.grant(id)],
      ['ZREM', keys.slotsInUse(pbx), slot],
      ...limits.map((limit): Write => ['ZREM', keys.permits(limit), ...permitMembers(id)]),
      ...uncount(attempt.before.value, uncounted),
      ...countTalk(attempt.before.value, cdr.talkMs),
      ...deliveries.flatMap((delivery) => writeDelivery(context, delivery)),
      // Last: where the call has ended, this sets the expiry of the writes above. A hint may follow only a write.
      ...callWrite.writes,
    ];
    const expectations: Expectation[] = [
      callWrite.expectation,
      { kind: 'attempt', key, version: attempt.before.version, endedKey: keys.cdr(id) },
    ];
    const committed = await commit(redis, keys, expectations, writes);
    return committed.ok ? { ok: true, version: callWrite.version } : { ok: false, why: 'conflict' };
  }

  async function attemptsToday(tenantId: string, day: string, numbers: readonly string[]): Promise<number[]> {
    if (numbers.length === 0) return [];
    const counts = await redis.hmget(keys.today(tenantId, day), ...numbers.map((n) => countField(tenantId, n)));
    return counts.map(Number);
  }

  return {
    readAttempt,
    readForAttempt,
    readAttempts,
    readCdr,
    claim,
    recordProgress,
    openAttempts,
    pbxsWithOpenAttempts,
    cancelRequested,
    settle,
    attemptsToday,
  };
}

/**
 * The fields of an open attempt that scripts read: the claim's mark, the names of its limits, and its call where a
 * client waits.
 */
function scriptFields({ claimedBy = '', limits, awaited, callId }: AttemptRecord): string[] {
  return ['claim', claimedBy, 'limits', limits.join('\n'), ...(awaited ? ['awaited', callId] : [])];
}

/** The name under which a number's attempts are counted. It does not show the number. */
function countField(tenantId: string, number: string): string {
  return shortHash(`${tenantId} ${number}`);
}

type Pipeline = ReturnType<Redis['pipeline']>;
type Answers = Awaited<ReturnType<Pipeline['exec']>>;

/** One answer of a pipeline that reads the record at `key`. */
function answerOf(key: string, answer: [Error | null, unknown] | undefined): unknown {
  if (answer === undefined) throw new Error('the pipeline was not run');
  const [error, fields] = answer;
  if (error !== null) throw failureAt(key, error);
  return fields;
}
