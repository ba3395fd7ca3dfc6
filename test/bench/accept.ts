import { setImmediate as nextTurn } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startRedial } from '../support/redial.ts';
import { median } from './median.ts';

/**
 * Calls accepted per second by `POST /v1/calls/batch`, beside `addBulk` of as many jobs on the same Redis, in turn. A
 * batch is answered when its records are durable, and its jobs follow. The time ends when the last job is on the queue.
 */
export interface Accept {
  readonly addBulk: number;
  readonly batch: number;
  readonly ratio: number;
}

const perBatch = 1_000;
const prefix = '{accept}';

export async function measureAccept(
  redisUrl: string,
  pbx: { host: string; port: number; username: string; secret: string },
  batches: number,
  rounds: number,
): Promise<Accept> {
  const redial = await startRedial({
    redisUrl,
    pbxs: [{ ...pbx, name: 'main' }],
    env: { REDIAL_LOG_LEVEL: 'warn', REDIAL_KEY_PREFIX: prefix },
  });
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection, prefix: '{bench}' });
  const dial = new Queue('dial', { connection, prefix });
  const dueAt = Date.now() + 86_400_000;
  const bodies = Array.from({ length: batches }, (_, b) =>
    JSON.stringify({
      calls: Array.from({ length: perBatch }, (_, i) => ({
        dial1: `10${String(i % 100).padStart(2, '0')}`,
        dial2: `+2782000${String((b * perBatch + i) % 10_000).padStart(4, '0')}`,
        reference: `bench-${b}-${i}`,
        notBefore: new Date(dueAt).toISOString(),
      })),
    }),
  );
  const bare: number[] = [];
  const batch: number[] = [];
  let bareId = 0;
  try {
    // The first round warms up both and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const bareSeconds = await timed(async () => {
        for (let b = 0; b < batches; b++) {
          await queue.addBulk(
            Array.from({ length: perBatch }, () => ({
              name: 'dial',
              data: { callId: `call_${bareId}`, attemptId: `att_${bareId}`, to: '*********34' },
              opts: { jobId: `bare_${bareId++}`, delay: dueAt - Date.now(), attempts: 1 },
            })),
          );
        }
      });
      const batchSeconds = await timed(async () => {
        for (const body of bodies) {
          const answer = await redial.request('POST', '/v1/calls/batch', body);
          if (answer.status >= 300) throw new Error(`batch not accepted: ${answer.status}`);
        }
        while ((await dial.getDelayedCount()) < batches * perBatch * (round + 1)) await nextTurn();
      });
      if (round === 0) continue;
      bare.push((batches * perBatch) / bareSeconds);
      batch.push((batches * perBatch) / batchSeconds);
      console.log(`  round ${round}: addBulk ${bare.at(-1)?.toFixed(0)}/s, batch ${batch.at(-1)?.toFixed(0)}/s`);
    }
  } finally {
    await redial.stop();
    await queue.obliterate({ force: true });
    await Promise.all([queue.close(), dial.close()]);
    connection.disconnect();
  }
  return {
    addBulk: median(bare),
    batch: median(batch),
    ratio: median(batch.map((value, i) => value / (bare[i] as number))),
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
