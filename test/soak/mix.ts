import type { SoakPolicy } from './owed.ts';
import type { Random } from './random.ts';

/** One call of the soak, and the possible results of each of its attempts. */
export interface SoakCall {
  readonly n: number;
  readonly kind: string;
  /** The numbers that the phones see. Each belongs to this call only, and so do its INVITEs. */
  readonly dial1: string;
  readonly dial2: string;
  /** False: dial1 is not registered, and no phone gets an INVITE. */
  readonly dial1Rings: boolean;
  /** The possible results of the phones' behaviour. */
  readonly truth: readonly Truth[];
  /** A client cancels it while it is in progress. */
  readonly isCanceled?: true;
  /** The body of POST /v1/calls. */
  readonly request: SoakRequest;
}

/** How both legs of an attempt end. */
export interface Truth {
  readonly dial1: string;
  readonly dial2: string;
}

export interface SoakRequest {
  readonly dial1: string;
  readonly dial2: string;
  readonly reference: string;
  readonly dial1RingTimeoutSeconds: number;
  readonly dial2RingTimeoutSeconds: number;
  readonly talkLimitSeconds: number;
  /** Complete, so that the books need no default of a tenant. */
  readonly retryPolicy: SoakPolicy;
}

export interface Kind {
  readonly kind: string;
  readonly weight: number;
  readonly dial1: keyof typeof phones | 'notRegistered';
  readonly dial2: keyof typeof phones;
  readonly truth: readonly Truth[];
  readonly isCanceled?: true;
  /** Overrides fields of the request. */
  readonly request?: Partial<SoakRequest>;
}

/** The sixth and seventh digit of an outside number select what its phone does; see infra/servers/README.md. */
const phones = {
  answers: '00',
  ringsForEver: '01',
  busy: '02',
  declines: '03',
  notFound: '04',
  noLine: '05',
  answersAndHangsUp: '06',
  busyTwice: '07',
  ringsThenAnswers: '08',
  away: '09',
} as const;

/** For faults of the PBX itself, which any kind can meet: a budget and pauses as a tenant has them. */
const networkBudget = { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 };
const retry = (maxRetries: number) => ({ retryPolicy: { maxRetries, delaySeconds: 1, networkBudget } });
const networkRetry = {
  retryPolicy: {
    maxRetries: 1,
    delaySeconds: 1,
    networkBudget: { maxRetries: 2, windowSeconds: 600, delaySeconds: 1 },
  },
};

const dial1Ends = (dial1: string): Truth => ({ dial1, dial2: 'not_dialed' });
const dial2Ends = (dial2: string): Truth => ({ dial1: 'answered', dial2 });

/** All answers of the network to a call, with usual frequencies. */
export const kinds: readonly Kind[] = [
  { kind: 'dial2 hangs up', weight: 24, dial1: 'answers', dial2: 'answersAndHangsUp', truth: [dial2Ends('answered')] },
  { kind: 'dial1 hangs up', weight: 8, dial1: 'answersAndHangsUp', dial2: 'answers', truth: [dial2Ends('answered')] },
  {
    kind: 'both ring first, and talk to the limit',
    weight: 8,
    dial1: 'ringsThenAnswers',
    dial2: 'ringsThenAnswers',
    truth: [dial2Ends('answered')],
    request: { talkLimitSeconds: 6 },
  },
  { kind: 'dial1 busy', weight: 10, dial1: 'busy', dial2: 'answers', truth: [dial1Ends('busy')], request: retry(1) },
  {
    // sipp counts over all numbers, so it is not known which of them is the third.
    kind: 'dial1 busy twice, then answers',
    weight: 8,
    dial1: 'busyTwice',
    dial2: 'answersAndHangsUp',
    truth: [dial1Ends('busy'), dial2Ends('answered')],
    request: retry(4),
  },
  {
    kind: 'dial1 no answer',
    weight: 6,
    dial1: 'ringsForEver',
    dial2: 'answers',
    truth: [dial1Ends('no_answer')],
    request: retry(1),
  },
  {
    kind: 'dial1 declines',
    weight: 5,
    dial1: 'declines',
    dial2: 'answers',
    truth: [dial1Ends('rejected')],
    request: retry(1),
  },
  {
    kind: 'dial1 404',
    weight: 4,
    dial1: 'notFound',
    dial2: 'answers',
    truth: [dial1Ends('invalid_number')],
    request: retry(3),
  },
  {
    kind: 'dial1 503',
    weight: 4,
    dial1: 'noLine',
    dial2: 'answers',
    truth: [dial1Ends('congestion')],
    request: networkRetry,
  },
  {
    kind: 'dial1 away',
    weight: 3,
    dial1: 'away',
    dial2: 'answers',
    truth: [dial1Ends('unreachable')],
    request: retry(1),
  },
  {
    kind: 'dial1 not registered',
    weight: 4,
    dial1: 'notRegistered',
    dial2: 'answers',
    truth: [dial1Ends('unreachable')],
    request: retry(1),
  },
  { kind: 'dial2 busy', weight: 5, dial1: 'answers', dial2: 'busy', truth: [dial2Ends('busy')], request: retry(1) },
  { kind: 'dial2 no answer', weight: 4, dial1: 'answers', dial2: 'ringsForEver', truth: [dial2Ends('no_answer')] },
  { kind: 'dial2 404', weight: 2, dial1: 'answers', dial2: 'notFound', truth: [dial2Ends('invalid_number')] },
  {
    kind: 'dial2 503',
    weight: 2,
    dial1: 'answers',
    dial2: 'noLine',
    truth: [dial2Ends('congestion')],
    request: networkRetry,
  },
  {
    kind: 'agent hangs up while dial2 rings',
    weight: 3,
    dial1: 'answersAndHangsUp',
    dial2: 'ringsForEver',
    truth: [dial2Ends('dial1_hung_up')],
    request: { ...retry(1), dial2RingTimeoutSeconds: 15 },
  },
];

/** The n-th call, by chance. */
export function soakCall(n: number, random: Random): SoakCall {
  return callOf(random.weighted(kinds), n);
}

/**
 * The n-th call, of this kind. Numbers are one digit for the leg and five for the call longer than the country's own.
 */
export function callOf({ kind, dial1, dial2, truth, isCanceled, request }: Omit<Kind, 'weight'>, n: number): SoakCall {
  const own = String(n).padStart(5, '0');
  const rings = dial1 !== 'notRegistered';
  const first = rings ? `27820${phones[dial1]}1${own}` : `15${String(n % 100).padStart(2, '0')}`;
  const second = `27820${phones[dial2]}2${own}`;
  // A phone that answers does so at once. The time is for the machine, which the faults keep busy.
  const ringSeconds = (phone: string) => (phone === 'ringsForEver' ? 2 : 10);
  return {
    n,
    kind,
    dial1: first,
    dial2: second,
    dial1Rings: rings,
    truth,
    ...(isCanceled && { isCanceled }),
    request: {
      dial1: rings ? `+${first}` : first,
      dial2: `+${second}`,
      reference: `soak-${n}`,
      dial1RingTimeoutSeconds: ringSeconds(dial1),
      dial2RingTimeoutSeconds: ringSeconds(dial2),
      talkLimitSeconds: 30,
      ...retry(0),
      ...request,
    },
  };
}

/** The settings that a tenant needs for the mix: longer numbers than the country's own. */
export const mixTenant = {
  numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 12 } },
} as const;
