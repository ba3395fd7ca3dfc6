import type { AttemptId } from '@redial/call';
import type { Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import type { Exchange } from './exchange.ts';
import type { Host } from './hosts.ts';
import type { ModelQueues } from './model-queues.ts';
import type { Random } from './random.ts';
import type { Redis } from './redis.ts';

export interface FaultsOptions {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly books: Books;
  readonly hosts: readonly Host[];
  readonly exchanges: readonly Exchange[];
  readonly redis: Redis;
  readonly queues: ModelQueues;
  readonly weather: Weather;
  readonly tell: (what: string) => void;
}

/**
 * In a storm a fault occurs every few seconds, and much of the work is about faults. In wind normal work continues
 * between the faults. In calm weather only duplicated parts fail, one at a time, and nothing may get lost.
 */
export type Weather = 'calm' | 'wind' | 'storm';
const pausesMs = {
  calm: { from: 4_000, to: 20_000 },
  wind: { from: 2_000, to: 40_000 },
  storm: { from: 200, to: 6_000 },
} as const;

const weathers: readonly Weather[] = ['storm', 'wind', 'calm', 'storm', 'wind'];

/** One seed of five in a row is calm. */
export function weatherOf(seed: number): Weather {
  return weathers[seed % weathers.length] ?? 'storm';
}

/** Each world has its own faults: one that is frequent in one world may never occur in another. */
export function startFaults(options: FaultsOptions): () => void {
  const { agenda, random, weather, tell } = options;
  const faults = weather === 'calm' ? harmlessOf(options) : faultsOf(options);
  const restless = pausesMs[weather];
  const likely = faults.map(([weight, name, run]) => [weight * random.next() ** 2, { name, run }] as const);
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    const { name, run } = random.weighted(likely);
    tell(name);
    run();
    agenda.after(random.int(restless.from, restless.to), undefined, next);
  };
  agenda.after(random.int(restless.from, restless.to), undefined, next);
  return () => {
    isOver = true;
  };
}

type Fault = readonly [weight: number, name: string, run: () => void];

/** One at a time. */
function harmlessOf({ agenda, random, hosts, queues }: FaultsOptions): Fault[] {
  return [
    [
      1,
      'kill -9 of an API',
      () => {
        const host = random.pick(hosts.filter(({ kind }) => kind === 'api'));
        host.kill();
        agenda.after(random.int(10, 3_000), undefined, host.start);
      },
    ],
    [1, 'the queue loses a call', () => queues.dial.loseOne()],
  ];
}

function faultsOf({ agenda, random, books, hosts, exchanges, redis, queues }: FaultsOptions): Fault[] {
  const links = () => hosts.flatMap((host) => host.links);
  const onALink = (run: (link: ReturnType<typeof links>[number]) => void) => () => {
    const some = links();
    if (some.length > 0) run(random.pick(some));
  };
  const kill = (kind: Host['kind']) => () => {
    const host = random.pick(hosts.filter((each) => each.kind === kind));
    host.kill();
    agenda.after(random.int(10, 12_000), undefined, host.start);
  };
  return [
    [6, 'kill -9 of a dialer', kill('dialer')],
    [6, 'kill -9 of a results process', kill('results')],
    [3, 'kill -9 of an API', kill('api')],
    [3, 'a process stands still', () => random.pick(hosts).sleep(random.int(300, 40_000))],
    [3, 'a rolling restart', () => random.pick(hosts).replace()],
    [
      1,
      'everything is killed',
      () => {
        for (const host of hosts) {
          host.kill();
          agenda.after(random.int(500, 20_000), undefined, host.start);
        }
      },
    ],
    [4, 'an AMI link is cut', onALink((link) => link.cut())],
    [2, 'an AMI link is half-open', onALink((link) => link.silence())],
    [
      2,
      'all AMI links are cut',
      () => {
        for (const link of links()) link.cut();
      },
    ],
    [
      3,
      'an AMI link is in disorder',
      onALink((link) => {
        link.disorder = random.next() * 0.3;
        agenda.after(random.int(1_000, 20_000), undefined, () => {
          link.disorder = 0;
        });
      }),
    ],
    [1, 'Redis stands still', () => redis.pause(random.int(100, 40_000))],
    [2, 'Redis is away', () => redis.goAway(random.int(50, 10_000))],
    [3, 'kill -9 of a PBX', () => random.pick(exchanges).kill(random.int(300, 15_000))],
    [3, 'the queue loses a call', () => queues.dial.loseOne()],
    [3, 'the queue loses a result', () => books.resultLost(queues.results.loseOne() as AttemptId | undefined)],
    [
      3,
      'jobs come twice',
      () => {
        queues.dial.twice = random.next() / 2;
        queues.results.twice = random.next() / 2;
        agenda.after(random.int(1_000, 20_000), undefined, () => {
          queues.dial.twice = 0;
          queues.results.twice = 0;
        });
      },
    ],
  ];
}
