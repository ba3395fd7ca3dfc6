import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather, untilEnded } from '../soak/bookkeeping.ts';
import { balance } from '../soak/books.ts';
import type { Accepted } from '../soak/careful-client.ts';
import { startFlow } from '../soak/flow.ts';
import { leftBehind } from '../soak/left-behind.ts';
import { randomOf } from '../soak/random.ts';
import { type SoakWorld, startSoakWorld } from '../soak/soak-world.ts';
import type { ProcessKind, RedialProcess } from '../support/redial.ts';

/**
 * A deploy replaces process by process while calls of every kind arrive. In any order each call is dialled as often as
 * it has attempts, and each attempt has its CDR. None has to be concluded from silence: a process that stops by SIGTERM
 * leaves nothing unfinished.
 */
describe('given two processes of each kind, and calls that are placed continuously', () => {
  const random = randomOf(4);
  const accepted: Accepted[] = [];
  let world: SoakWorld;
  let running: Record<ProcessKind, RedialProcess[]>;

  beforeAll(async () => {
    world = await startSoakWorld();
    const { processes: p } = world;
    running = {
      api: [p['api 1'], p['api 2']],
      dialer: [p['dialer 1'], p['dialer 2']],
      results: [p['results 1'], p['results 2']],
    };
  });
  afterAll(() => world?.stop());

  const apiUrls = () => running.api.map(({ url }) => url ?? '');

  async function whileCallsFlow(work: () => Promise<void>): Promise<void> {
    const { apiKey } = world.redial;
    const flow = startFlow({ apiUrls, apiKey, run: 'rolling', random, callsPerSecond: 4, from: accepted.length });
    try {
      await work();
    } finally {
      accepted.push(...(await flow.end()));
    }
  }

  async function startOne(kind: ProcessKind): Promise<RedialProcess> {
    const fresh = await world.redial.another(kind);
    await fresh.ready();
    return fresh;
  }

  /** Resolves with the exit code of the replaced process. */
  const replacements = {
    'the new one is started, then the old one gets SIGTERM': async (kind: ProcessKind, which: number) => {
      const old = running[kind][which];
      running[kind][which] = await startOne(kind);
      return old?.stop();
    },
    'the old one gets SIGTERM, then the new one is started': async (kind: ProcessKind, which: number) => {
      const [old] = running[kind].splice(which, 1);
      const code = await old?.stop();
      running[kind].splice(which, 0, await startOne(kind));
      return code;
    },
    'the new one starts while the old one drains': async (kind: ProcessKind, which: number) => {
      const [old] = running[kind].splice(which, 1);
      const [code, fresh] = await Promise.all([old?.stop(), startOne(kind)]);
      running[kind].splice(which, 0, fresh);
      return code;
    },
  } as const;

  const rollouts: readonly { readonly order: readonly ProcessKind[]; readonly how: keyof typeof replacements }[] = [
    { order: ['api', 'dialer', 'results'], how: 'the new one is started, then the old one gets SIGTERM' },
    { order: ['results', 'dialer', 'api'], how: 'the old one gets SIGTERM, then the new one is started' },
    { order: ['dialer', 'results', 'api'], how: 'the new one starts while the old one drains' },
  ];

  it.each(rollouts)(
    'when $order are replaced one by one, and $how, then the books balance',
    async ({ order, how }) => {
      const codes: unknown[] = [];
      await whileCallsFlow(async () => {
        for (const kind of order) for (const which of [0, 1]) codes.push(await replacements[how](kind, which));
      });
      const booked = { ...world, apiUrls: apiUrls() };
      await untilEnded(booked, accepted, AbortSignal.timeout(120_000));
      const { findings, fromSilence } = balance(await gather(booked, accepted, []));
      expect({ codes, findings, fromSilence }).toEqual({ codes: [0, 0, 0, 0, 0, 0], findings: [], fromSilence: 0 });
      const left = Object.entries(await leftBehind(world.reader, world.keyPrefix));
      expect(left.filter(([, count]) => count > 0)).toEqual([]);
    },
    600_000,
  );
});
