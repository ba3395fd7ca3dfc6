import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackVersion, type Version } from '../fixtures/version.ts';
import { gather, untilEnded } from '../soak/bookkeeping.ts';
import { type Books, balance, type Finding } from '../soak/books.ts';
import { type Accepted, carefulClient } from '../soak/careful-client.ts';
import type { BookedFault } from '../soak/explanations.ts';
import type { Target } from '../soak/fault-schedule.ts';
import { type Flow, startFlow } from '../soak/flow.ts';
import { keptAsFailed, leftBehind } from '../soak/left-behind.ts';
import { callOf } from '../soak/mix.ts';
import { randomOf } from '../soak/random.ts';
import { type SingleWorld, startSingleWorld } from '../soak/soak-world.ts';
import type { ProcessKind, RedialProcess } from '../support/redial.ts';

type Which = 'earlier' | 'today';

/** The names of the books, which have two of each kind. Here one stands for both. */
const killed = {
  api: ['api 1', 'api 2'],
  dialer: ['dialer 1', 'dialer 2'],
  results: ['results 1', 'results 2'],
} as const satisfies Record<ProcessKind, readonly Target[]>;

/** `ordersWebhooks`: whether it sends a call's CDRs in the order of its attempts. Earlier versions do not. */
const versions = [{ commit: '3b72cc2', ordersWebhooks: true }] as const;

/**
 * An earlier version and today's, side by side, as in a deploy, in its rollback, and in the next deploy. The real code
 * of both runs on one Redis and one PBX, while calls of every kind arrive. Its sources are in
 * test/fixtures/version-<commit>; see pack-version.ts.
 *
 * There is one process of each kind. The three orders go through all eight mixes of the versions of API, dialer and
 * results. In each mix a call is placed, rings twice and is canceled, so that all three take part.
 */
describe.each(versions)('given version $commit at work, and calls that are placed continuously', (version) => {
  const run = 'two-versions';
  const kinds = ['api', 'dialer', 'results'] as const;
  const mixes = new Set<string>();
  const canceled: Accepted[] = [];
  const faults: BookedFault[] = [];
  const ofEarlier: { readonly kind: ProcessKind; readonly process: RedialProcess }[] = [];
  let earlier: Version;
  let world: SingleWorld;
  let flow: Flow;
  let running: Record<ProcessKind, { readonly process: RedialProcess; readonly which: Which }>;
  /** Epoch ms. */
  let lastKillAt = 0;
  let earlierDeliveredUntil = 0;

  const apiUrls = () => [running.api.process.url ?? ''];

  beforeAll(async () => {
    earlier = unpackVersion(version.commit);
    world = await startSingleWorld({ version: earlier });
    const { api, dialer, results, apiKey } = world.redial;
    for (const [i, process] of [api, dialer, results].entries()) ofEarlier.push({ kind: kinds[i] ?? 'api', process });
    running = {
      api: { process: api, which: 'earlier' },
      dialer: { process: dialer, which: 'earlier' },
      results: { process: results, which: 'earlier' },
    };
    flow = startFlow({ apiUrls, apiKey, run, random: randomOf(16), callsPerSecond: 4 });
  });
  afterAll(async () => {
    await flow?.end().catch(() => {}); // The test that balances the books has reported it.
    await world?.stop();
  });

  async function startOne(kind: ProcessKind, which: Which): Promise<void> {
    const process = await world.redial.another(kind, { version: which === 'earlier' ? earlier : undefined });
    if (which === 'earlier') ofEarlier.push({ kind, process });
    await process.ready();
    running[kind] = { process, which };
  }

  const replacements = {
    'is killed, then its successor is started': async (kind: ProcessKind, to: Which) => {
      const from = Date.now();
      await running[kind].process.kill();
      lastKillAt = Date.now();
      await startOne(kind, to);
      for (const target of killed[kind]) faults.push({ target, from, to: Date.now() });
    },
    'gets SIGTERM once its successor is ready': async (kind: ProcessKind, to: Which) => {
      const old = running[kind];
      await startOne(kind, to);
      expect(await old.process.stop()).toBe(0);
      if (kind === 'results' && old.which === 'earlier') earlierDeliveredUntil = Date.now();
    },
  } as const;

  async function untilSomebodyIsBeingCalled(): Promise<void> {
    const active = () => world.reader.llen(`${world.keyPrefix}:dial:active`);
    await expect.poll(active, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  }

  /** Through the present API, dialer and results process. */
  async function cancelOne(): Promise<void> {
    mixes.add(kinds.map((kind) => `${kind} of ${running[kind].which}`).join(', '));
    const call = callOf(
      {
        kind: 'canceled while dial2 rings',
        dial1: 'answers',
        dial2: 'ringsForEver',
        truth: [{ dial1: 'answered', dial2: 'canceled' }],
        isCanceled: true,
        request: { dial2RingTimeoutSeconds: 60 },
      },
      90_000 + canceled.length,
    );
    const { apiKey, inbox } = world.redial;
    const placed = await carefulClient(apiUrls, apiKey, run).place(call, AbortSignal.timeout(60_000));
    canceled.push(placed);
    await world.pbx.phones.waitForInvite(({ user }) => user === call.dial2, 45_000);
    const headers = { authorization: `Bearer ${apiKey}` };
    const { status } = await fetch(`${apiUrls()[0]}/v1/calls/${placed.id}/cancel`, { method: 'POST', headers });
    expect(status).toBe(202);
    expect(await inbox.next(placed.id)).toMatchObject([{ disposition: 'canceled', call: { state: 'canceled' } }]);
  }

  it('when a call is canceled, then its CDR states it', cancelOne, 240_000);

  const rollouts: readonly {
    readonly what: string;
    readonly to: Which;
    readonly order: readonly ProcessKind[];
    readonly how: keyof typeof replacements;
  }[] = [
    {
      what: 'today’s is deployed',
      to: 'today',
      order: ['api', 'dialer', 'results'],
      how: 'is killed, then its successor is started',
    },
    {
      what: 'it is rolled back',
      to: 'earlier',
      order: ['api', 'results', 'dialer'],
      how: 'gets SIGTERM once its successor is ready',
    },
    {
      what: 'it is deployed again',
      to: 'today',
      order: ['results', 'api', 'dialer'],
      how: 'gets SIGTERM once its successor is ready',
    },
  ];

  it.each(rollouts)(
    'when $what, and each process $how, then calls are canceled at any time, and their CDRs state it',
    async ({ order, how, to }) => {
      for (const kind of order) {
        await untilSomebodyIsBeingCalled();
        await replacements[how](kind, to);
        await cancelOne();
      }
    },
    480_000,
  );

  it('then the books balance, no job has failed, and nothing is left behind', async () => {
    const accepted = [...(await flow.end()), ...canceled];
    const booked = { ...world, apiUrls: apiUrls() };
    await untilEnded(booked, accepted, AbortSignal.timeout(120_000));
    const books = await gather(booked, accepted, faults);
    const findings = balance(books).findings.filter((finding) => !isExcused(finding, books));
    const failed = await keptAsFailed(world.reader, world.keyPrefix);
    // A process killed between claim and Originate leaves an attempt without any observer. A process that stops by
    // SIGTERM does not.
    const lost = books.listCdrs.filter((cdr) => cdr.lost && Date.parse(cdr.startedAt) > lastKillAt);
    const left = Object.entries(await leftBehind(world.reader, world.keyPrefix)).filter(([, count]) => count > 0);
    expect({ findings, failed, lost, left }).toEqual({ findings: [], failed: 0, lost: [], left: [] });
  }, 240_000);

  /**
   * A webhook out of order, if a results process without that promise took part in the call. Two texts of one CDR, if
   * each was written by another version and they agree in all common fields.
   */
  function isExcused({ imbalance, callId, what }: Finding, { listCdrs, webhooks }: Books): boolean {
    if (what.startsWith('webhook and list tell different CDRs')) {
      const reported = webhooks.filter(({ cdr }) => what.includes(cdr.id));
      const listed = listCdrs.filter(({ id }) => what.includes(id));
      if (reported.length === 0 || listed.length === 0) return false;
      return listed.every((cdr) => reported.every((one) => agreeInWhatBothHave(one.cdr, cdr)));
    }
    if (version.ordersWebhooks || imbalance !== 'disordered') return false;
    return listCdrs.some((cdr) => cdr.callId === callId && Date.parse(cdr.startedAt) < earlierDeliveredUntil);
  }

  it('then every mix of versions was there, and the earlier one ran only its own code', () => {
    expect(mixes.size).toBe(2 ** kinds.length);
    for (const { kind, process } of ofEarlier) {
      const files = process.loaded().map((file) => relative(earlier.root, file));
      expect(files.filter((file) => !/^(apps|libs)\//.test(file))).toEqual([]);
      const folders = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
      const libs = ['asterisk', 'call', 'platform', 'queue', 'store'].map((lib) => `libs/${lib}`);
      expect([...folders]).toEqual(expect.arrayContaining([`apps/${kind}`, ...libs]));
    }
  });
});

/** Fields are added, never changed: a version does not know fields that it lacks. */
function agreeInWhatBothHave(one: unknown, other: unknown): boolean {
  if (!isRecord(one) || !isRecord(other)) return JSON.stringify(one) === JSON.stringify(other);
  return Object.keys(one).every((key) => !(key in other) || agreeInWhatBothHave(one[key], other[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
