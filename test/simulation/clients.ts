import { acceptCall, type CallId, type CallRequest, type Destination, formatInstant, type Ids } from '@redial/call';
import type { Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import type { Api, Host } from './hosts.ts';
import { configuration, someone } from './landscape.ts';
import type { Mutant } from './mutants.ts';
import type { Random } from './random.ts';
import { cancelCall, rescheduleCall } from './shells.ts';

export interface ClientsOptions {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly books: Books;
  readonly ids: Ids;
  readonly apis: readonly Host[];
  readonly callEveryMs: number;
  readonly mutant: Mutant | undefined;
}

/** CRMs that place calls, change them and wait for outcomes. The returned function ends them. */
export function startClients(options: ClientsOptions): () => void {
  const { agenda, random, callEveryMs } = options;
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    if (random.chance(0.1)) placeCrowd(options);
    else place(options, aTenant(random));
    agenda.after(random.next() * 2.8 * callEveryMs, undefined, next);
  };
  next();
  return () => {
    isOver = true;
  };
}

function anApi({ random, apis }: ClientsOptions): Api | undefined {
  const up = apis.flatMap(({ api }) => api ?? []);
  return up.length === 0 ? undefined : random.pick(up);
}

const aTenant = (random: Random) =>
  random.weighted([
    [6, 'acme'],
    [3, 'globex'],
    [2, 'initech'],
  ] as const);

/** Several calls to one number at one instant, of a tenant with a cap on it. */
function placeCrowd(options: ClientsOptions): void {
  const { agenda, random } = options;
  const dial2 = someone(random, agenda.now, 3);
  for (let n = random.int(2, 6); n > 0; n--) place(options, 'initech', dial2);
}

function place(options: ClientsOptions, tenantId: string, crowdedNumber?: Destination): void {
  const { agenda, random, books, ids, mutant } = options;
  const api = anApi(options);
  if (api === undefined) return;
  const { clock } = api.ports;
  const at = clock.now();
  const id = ids.callId();
  const request = aRequest(random, at, tenantId === 'initech' ? 3 : 90, crowdedNumber);
  const [attemptId, reference] = [ids.attemptId(id), id.replace('call_', 'ref-')];
  const { call } = acceptCall({ id, attemptId, tenantId, dialect: 'v1', reference, request, at });

  agenda.after(0, api.process, async () => {
    const waits = { until: at + random.int(1_000, 40_000), withDial2: random.chance(0.3) };
    const expected = request.outcomeAwaited && api.waiter.expect([id], waits);
    const isHasty = mutant === 'calls are said to be accepted before they are written';
    if (isHasty) books.accepted(id);
    const answer = await api.acceptor.commit([call]).catch(() => undefined);
    // 503: the client has no promise.
    if (answer?.type !== 'accepted') {
      if (expected) expected.cancel();
      return;
    }
    if (!isHasty) books.accepted(id);
    changeMind(options, id, tenantId);
    if (!expected) return;
    const [outcome] = (await expected.wait(new AbortController().signal)) ?? [];
    if (outcome === undefined) return;
    const isGuessing = mutant === 'a client is told that dial1 failed when nothing is known';
    if (!isGuessing || outcome.type !== 'pending') return books.reported(id, outcome);
    books.reported(id, { type: 'failed', why: 'no_answer', uniqueId1: attemptId });
  });
}

function aRequest(random: Random, at: number, among: number, crowdedNumber?: Destination): CallRequest {
  const waits = random.chance(0.15);
  const notBeforeAt = crowdedNumber === undefined && random.chance(0.3) ? at + random.int(100, 60_000) : undefined;
  const expiresAt = random.chance(among < 10 ? 0.95 : 0.1) ? at + random.int(500, 300_000) : undefined;
  return {
    dial1: someone(random, at, among),
    dial2: crowdedNumber ?? someone(random, at, among),
    dial1RingTimeoutSeconds: random.int(3, 15),
    dial2RingTimeoutSeconds: random.int(3, 15),
    talkLimitSeconds: random.int(2, 30),
    ...(notBeforeAt !== undefined && { notBeforeAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    retryPolicy: {
      maxRetries: random.int(0, 3),
      delaySeconds: random.int(0, 20),
      perDisposition: random.chance(0.3) ? { busy: { maxRetries: 1, delaySeconds: 3, backoff: 'exponential' } } : {},
      until: random.chance(0.2) ? 'dial1_answered' : 'connected',
      networkBudget: { maxRetries: 3, windowSeconds: 120, delaySeconds: 2 },
      retryUnknown: false,
    },
    variables: {},
    headers: { dial1: {}, dial2: {} },
    priority: random.int(0, 9),
    ...(waits && { outcomeAwaited: true as const }),
  };
}

/** One or two changes, at any moment of the call's life. */
function changeMind(options: ClientsOptions, id: CallId, tenantId: string): void {
  const { agenda, random, books } = options;
  if (!random.chance(0.25)) return;
  const ask = (change: typeof cancelCall, body: (now: number) => unknown): void => {
    const api = anApi(options);
    if (api === undefined) return;
    const { acceptor, ports } = api;
    const tenant = configuration.tenants.find((each) => each.id === tenantId);
    if (tenant === undefined) return;
    agenda.after(0, api.process, () => {
      const header = (name: string) => (name === 'if-match' && change === rescheduleCall ? '*' : undefined);
      const request = { tenant, id, query: {}, body: body(ports.clock.now()), header };
      const isCancel = change === cancelCall;
      if (isCancel) books.cancelAsked(id);
      change({ ...ports, acceptor })(request).then(
        ({ code }) => isCancel && code === undefined && books.cancelAcknowledged(id),
        // 503 if Redis is away: the change may have happened or not.
        () => undefined,
      );
    });
  };
  const soonOrLate = () =>
    random.weighted([
      [1, 5],
      [2, 1_000],
      [3, 20_000],
      [1, 90_000],
    ] as const) * random.next();
  agenda.after(soonOrLate(), undefined, () => {
    if (random.chance(0.6)) ask(cancelCall, () => undefined);
    else ask(rescheduleCall, (now) => ({ notBefore: formatInstant(now + random.int(1_000, 60_000)), expiresAt: null }));
    if (random.chance(0.3)) agenda.after(soonOrLate(), undefined, () => ask(cancelCall, () => undefined));
  });
}
