import { setTimeout as pause } from 'node:timers/promises';
import type { BookedCdr, Books, CallRecord } from './books.ts';
import type { Accepted } from './careful-client.ts';
import { leftBehind } from './left-behind.ts';
import type { SingleWorld, SoakWorld } from './soak-world.ts';

/** The sources of the books. Each API can answer for all. */
export type BookedWorld = Pick<SingleWorld, 'reader' | 'cdrList' | 'keyPrefix' | 'receiver' | 'pbx' | 'redial'> &
  Pick<SoakWorld, 'apiUrls'>;

/**
 * Resolves when every call has its last CDR on the list and at the webhook and nothing is left, or when the time is up.
 */
export async function untilEnded(
  world: BookedWorld,
  accepted: readonly Accepted[],
  over: AbortSignal,
  say: (line: string) => void = () => {},
): Promise<void> {
  const unfinished = new Set(accepted.map(({ id }) => id));
  let from = 0;
  let said = '';
  while (!over.aborted) {
    const entries = await world.reader.lrange(world.cdrList, from, -1);
    from += entries.length;
    for (const cdr of entries.map(readCdr)) if (cdr.call.state !== 'waiting') unfinished.delete(cdr.callId);
    const left = unfinished.size > 0 ? {} : await leftBehind(world.reader, world.keyPrefix);
    const still = Object.entries(left).filter(([, n]) => n > 0);
    if (unfinished.size === 0 && still.length === 0) return;
    const line =
      unfinished.size > 0
        ? `${unfinished.size} calls under way`
        : `still there: ${still.map(([what, n]) => `${n} ${what}`).join(', ')}`;
    if (line !== said) say(line);
    said = line;
    await pause(1_000);
  }
}

/** All sides at this moment. */
export async function gather(
  world: BookedWorld,
  accepted: readonly Accepted[],
  faults: Books['faults'],
): Promise<Books> {
  const invites = new Map<string, number[]>();
  for (const { user, at } of world.pbx.phones.invites()) invites.set(user, [...(invites.get(user) ?? []), at]);
  return {
    accepted: accepted.map(({ id, call }) => ({ id, call })),
    listed: await listedIds(world),
    records: await readRecords(
      world,
      accepted.map(({ id }) => id),
    ),
    listCdrs: (await world.reader.lrange(world.cdrList, 0, -1)).map(readCdr),
    webhooks: world.receiver.received.map(({ headers, body }) => ({
      id: headers['webhook-id'] ?? '',
      cdr: JSON.parse(body).data,
    })),
    invites,
    faults,
  };
}

async function listedIds(world: BookedWorld): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await get(world, `/v1/calls?limit=100${next}`);
    if (status !== 200) throw new Error(`the calls cannot be listed: ${status} ${JSON.stringify(body)}`);
    ids.push(...body.calls.map(({ id }: { id: string }) => id));
    cursor = body.cursor;
  } while (cursor !== null);
  return ids;
}

async function readRecords(world: BookedWorld, ids: readonly string[]): Promise<Map<string, CallRecord>> {
  const records = new Map<string, CallRecord>();
  const readersMax = 20;
  const queue = [...ids];
  const read = async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const { status, body } = await get(world, `/v1/calls/${id}`);
      if (status === 200) records.set(id, body);
    }
  };
  await Promise.all(Array.from({ length: readersMax }, read));
  return records;
}

function readCdr(entry: string): BookedCdr {
  return JSON.parse(entry);
}

const triesMax = 20;
const againMs = 250;

/** A connection that is kept open may lead to an API that was killed since. A request without an answer is repeated. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered
async function get({ redial, apiUrls }: BookedWorld, path: string): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${redial.apiKey}` };
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(`${apiUrls[0]}${path}`, { headers });
      return { status: answer.status, body: await answer.json() };
    } catch (error) {
      if (tries === triesMax) throw error;
      await pause(againMs);
    }
  }
}
