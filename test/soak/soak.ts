import { setTimeout as pause } from 'node:timers/promises';
import { gather, untilEnded } from './bookkeeping.ts';
import { type Balance, balance } from './books.ts';
import { type Accepted, carefulClient } from './careful-client.ts';
import { countBy } from './count-by.ts';
import { faultSchedule } from './fault-schedule.ts';
import { keptAsFailed, leftBehind } from './left-behind.ts';
import { type SoakCall, soakCall } from './mix.ts';
import { randomOf } from './random.ts';
import { type SoakWorld, startSoakWorld } from './soak-world.ts';
import { type Struck, strike } from './strike.ts';
import { writeTraces } from './traces.ts';

export interface SoakOptions {
  readonly calls: number;
  /** Selects the calls and the faults: the same seed selects the same. */
  readonly seed: number;
  /** Calls placed in a second, evenly. */
  readonly callsPerSecond: number;
  /** The whole soak, with its tail. Calls that have not ended by then are lost. */
  readonly minutes: number;
  /** Gets each fault, and the progress. */
  readonly say?: (line: string) => void;
}

export interface SoakReport extends Balance {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Struck[];
  readonly accepted: number;
  /** Calls that no API accepted within the time. */
  readonly notAccepted: readonly string[];
  /** Requests without a 202, by their result. */
  readonly failures: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly dispositions: Readonly<Record<string, number>>;
  readonly invites: number;
  readonly webhooks: number;
  readonly left: Readonly<Record<string, number>>;
  readonly keptAsFailed: number;
  readonly balanced: boolean;
  /** The folder of the evidence, if it is not balanced. */
  readonly traces?: string;
}

/** Faults continue for this long after the last call was placed: retries are hit, too. */
const faultsAfterMs = 10_000;

/** Places calls while a seeded schedule of faults strikes, waits until all is over, and balances the books. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { calls: count, seed, callsPerSecond, minutes, say = () => {} } = options;
  const random = randomOf(seed);
  const calls = Array.from({ length: count }, (_, n) => soakCall(n, random));
  const schedule = faultSchedule(random, (count / callsPerSecond) * 1_000 + faultsAfterMs);
  const world = await startSoakWorld();
  try {
    const startedAt = Date.now();
    const over = AbortSignal.timeout(minutes * 60_000);
    const striking = strikeAll(world, schedule, startedAt, say);
    striking.catch(() => {}); // Awaited once the last call is placed.
    const client = carefulClient(() => world.apiUrls, world.redial.apiKey, `soak-${seed}`);
    const placed = await placeAll(calls, callsPerSecond, startedAt, (call) => client.place(call, over));
    const faults = await striking;
    say(`${placed.accepted.length} calls accepted, ${faults.length} faults; waiting for the last of them to end`);
    await untilEnded(world, placed.accepted, over, say);
    const books = await gather(world, placed.accepted, faults);
    const left = await leftBehind(world.reader, world.keyPrefix);
    const balanced = balance(books);
    // An attempt that was concluded from silence without a fault of its observers is a finding.
    const isBalanced =
      balanced.findings.length === 0 && placed.failed.length === 0 && Object.values(left).every((n) => n === 0);
    const report: SoakReport = {
      ...balanced,
      seed,
      seconds: Math.round((Date.now() - startedAt) / 1_000),
      faults,
      accepted: placed.accepted.length,
      notAccepted: placed.failed,
      failures: Object.fromEntries(client.failures),
      attempts: books.listCdrs.length,
      dispositions: countBy(books.listCdrs, ({ disposition }) => disposition),
      invites: [...books.invites.values()].flat().length,
      webhooks: books.webhooks.length,
      left,
      keptAsFailed: await keptAsFailed(world.reader, world.keyPrefix),
      balanced: isBalanced,
    };
    return isBalanced ? report : { ...report, traces: writeTraces(world, books, report) };
  } finally {
    await world.stop();
  }
}

/** Each at its time. A fault that a slow restart delays waits for it. */
async function strikeAll(
  world: SoakWorld,
  schedule: ReturnType<typeof faultSchedule>,
  startedAt: number,
  say: (line: string) => void,
): Promise<Struck[]> {
  const lastOf = new Map<string, Promise<unknown>>();
  return Promise.all(
    schedule.map(async (fault) => {
      await pause(startedAt + fault.atMs - Date.now());
      const struck = (lastOf.get(fault.target) ?? Promise.resolve()).then(() => {
        say(`${(fault.atMs / 1_000).toFixed(1).padStart(6)} s  ${fault.target}`);
        return strike(world, fault);
      });
      lastOf.set(fault.target, struck);
      return struck;
    }),
  );
}

interface Placed {
  readonly accepted: readonly Accepted[];
  readonly failed: readonly string[];
}

async function placeAll(
  calls: readonly SoakCall[],
  perSecond: number,
  startedAt: number,
  place: (call: SoakCall) => Promise<Accepted>,
): Promise<Placed> {
  const placing: Promise<Accepted>[] = [];
  for (const [n, call] of calls.entries()) {
    await pause(Math.max(0, startedAt + (n * 1_000) / perSecond - Date.now()));
    const placed = place(call);
    placed.catch(() => {}); // Reported below, all together.
    placing.push(placed);
  }
  const settled = await Promise.allSettled(placing);
  return {
    accepted: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    failed: settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
  };
}
