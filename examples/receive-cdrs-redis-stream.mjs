// Reads CDRs from the Redis stream `redial:cdrs` as one of a group of consumers. `npm start` has this sink configured.
// In redial.yaml: sinks: [{ type: redis-stream, name: stream, key: "redial:cdrs" }]
import { Redis } from 'ioredis';

const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6390');
const [stream, group, consumer] = ['redial:cdrs', 'crm', `crm-${process.pid}`];
const wanted = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);

// A new group starts at the beginning. An existing group continues where it was.
await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error) => {
  if (!error.message.startsWith('BUSYGROUP')) throw error;
});

for (let count = 0; count < wanted; ) {
  const found = await redis.xreadgroup('GROUP', group, consumer, 'COUNT', 10, 'BLOCK', 5_000, 'STREAMS', stream, '>');
  for (const [entry, fields] of found?.[0]?.[1] ?? []) {
    const cdr = JSON.parse(fields[fields.indexOf('data') + 1]);
    console.log(`${cdr.reference}, attempt ${cdr.attemptNumber}: ${cdr.disposition}, ${cdr.talkMs} ms of talk`);
    // Acknowledge an entry once it is stored. After a crash, XAUTOCLAIM returns entries that are not acknowledged.
    await redis.xack(stream, group, entry);
    count += 1;
  }
}
redis.disconnect();
