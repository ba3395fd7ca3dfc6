import type { Call, CallId } from '@redial/call';
import type { TenantConfiguration } from '@redial/configuration';
import {
  type DialectContext,
  type DialectRoute,
  type HttpReply,
  type ParsedCalls,
  type ParsedVendorCall,
  type Problem,
  problem,
  type VendorDialect,
} from '@redial/dialects';
import type { ReferenceName, ReferenceReservation } from '@redial/store';
import { type Acceptor, acceptedVersion, type Candidate } from '../accept/accept-calls.ts';
import { countRefused } from '../accept/count-refused.ts';
import { tooManyOpenCalls } from '../http/too-many-open-calls.ts';
import type { Ports } from '../ports.ts';
import { fromStorage } from '../storage/storage-unavailable.ts';
import { refusalByPbx } from './refusal-by-pbx.ts';

export interface PlacePorts
  extends Pick<Ports, 'store' | 'clock' | 'ids' | 'pick' | 'queryPbx' | 'waiter' | 'waitingMax'> {
  readonly acceptor: Pick<Acceptor, 'prepare' | 'commit' | 'confirm'>;
  readonly metrics: Pick<Ports['metrics'], 'destinationRefused'>;
}

/** A request of a known tenant, without Express. */
export interface VendorRequest {
  readonly dialect: VendorDialect;
  readonly route: DialectRoute;
  readonly tenant: TenantConfiguration;
  readonly input: unknown;
  /** Aborted when the client has gone. */
  readonly left: AbortSignal;
}

type VendorAnswer =
  | { readonly type: 'reply'; readonly reply: HttpReply }
  | { readonly type: 'refused'; readonly problem: Problem }
  /** The client has gone. */
  | { readonly type: 'left' };

type Parsed = Extract<ParsedCalls, { ok: true }>;

/** How often a reference that must be new is drawn. Five used ones in a row would need very many calls. */
const drawsMax = 5;

/**
 * A vendor's request → its calls, accepted all or none, and the vendor's answer: at once, or when dial1's outcome is
 * known.
 */
export async function placeCalls(request: VendorRequest, ports: PlacePorts): Promise<VendorAnswer> {
  const { route, tenant, input } = request;
  for (let draw = 1; draw <= drawsMax; draw += 1) {
    const id = ports.ids.callId();
    const context: DialectContext = { tenant, now: ports.clock.now(), newReference: id, pick: ports.pick };
    const parsed = route.parse(input, context);
    if (!parsed.ok) {
      countRefused(ports.metrics, parsed.errors);
      return (await repeated(parsed, request, ports)) ?? refused('invalid_request', { errors: parsed.errors });
    }
    if (draw === 1 && parsed.questions !== undefined) {
      const refusal = await refusalByPbx(parsed.questions, tenant, ports.queryPbx);
      if (refusal !== undefined) return { type: 'refused', problem: refusal };
    }
    const answer = await accept(parsed, candidatesOf(parsed, id, request, ports), request, ports);
    if (answer !== 'reference taken') return answer;
  }
  return refused('too_many_requests', { headers: { 'Retry-After': '1' } });
}

/** The first call has the id that the dialect uses as the reference of a request without one. */
function candidatesOf(
  { calls }: Parsed,
  firstId: CallId,
  { dialect, tenant }: VendorRequest,
  { ids }: PlacePorts,
): Candidate[] {
  return calls.map(({ request, reference }, index) => {
    const id = index === 0 ? firstId : ids.callId();
    const attemptId = ids.attemptId(id);
    return { id, attemptId, tenantId: tenant.id, dialect: dialect.name, reference, request };
  });
}

/** A waiting client is registered first: an outcome may be announced as soon as the calls are accepted. */
async function accept(
  parsed: Parsed,
  candidates: readonly Candidate[],
  request: VendorRequest,
  ports: PlacePorts,
): Promise<VendorAnswer | 'reference taken'> {
  const { acceptor, waiter, waitingMax } = ports;
  const { waits, reserves } = parsed;
  if (waits !== undefined && waiter.waiting >= waitingMax)
    return refused('too_many_waiting', { headers: { 'Retry-After': '5' } });
  const calls = acceptor.prepare(candidates);
  const ids = calls.map(({ id }) => id);
  const expected = waits && waiter.expect(ids, waits);
  const committed = await acceptor.commit(calls, undefined, reservationOf(parsed, request)).catch((error: unknown) => {
    expected?.cancel();
    throw error;
  });
  if (committed.type === 'full') {
    expected?.cancel();
    return { type: 'refused', problem: tooManyOpenCalls() };
  }
  if (committed.type === 'taken') {
    expected?.cancel();
    return reserves === 'new_reference' ? 'reference taken' : repetition(parsed.calls, committed.by, request, ports);
  }
  if (expected === undefined) return accepted(calls, request);
  const { dialect, input, left } = request;
  if (dialect.outcome === undefined)
    throw new TypeError(`${dialect.name} waits for outcomes and has no reply for them`);
  const outcomes = await expected.wait(left);
  if (outcomes === undefined) return { type: 'left' };
  return { type: 'reply', reply: dialect.outcome(outcomes, calls, input) };
}

/** A request that is valid only as a repetition: answered like the first one, while its calls are open. */
async function repeated(
  { repeats }: Extract<ParsedCalls, { ok: false }>,
  request: VendorRequest,
  { store, acceptor }: PlacePorts,
): Promise<VendorAnswer | undefined> {
  if (repeats === undefined) return undefined;
  const by = await fromStorage(() => store.openHolders(nameOf(repeats[0].reference, request)));
  const [first] = by;
  if (first === undefined) return undefined;
  // The answer to the first request may have been that they are not durable.
  await acceptor.confirm({ call: first, version: acceptedVersion });
  return repetition(repeats, by, request, { store });
}

/** A taken reference: its calls are the answer to a repetition of their own request, and to no other request. */
async function repetition(
  requested: readonly ParsedVendorCall[],
  by: readonly CallId[],
  request: VendorRequest,
  ports: Pick<PlacePorts, 'store'>,
): Promise<VendorAnswer> {
  const { dialect } = request;
  if (dialect.differences === undefined)
    throw new TypeError(`${dialect.name} reserves references and cannot compare their calls`);
  const held = await readCalls(by, ports);
  const errors = dialect.differences(requested, held);
  return errors.length > 0 ? refused('invalid_request', { errors }) : accepted(held, request);
}

function accepted(calls: readonly Call[], { dialect, input }: VendorRequest): VendorAnswer {
  return { type: 'reply', reply: dialect.accepted(calls, input) };
}

function reservationOf({ calls, reserves }: Parsed, request: VendorRequest): ReferenceReservation | undefined {
  const [first] = calls;
  if (reserves === undefined || first === undefined) return undefined;
  return { ...nameOf(first.reference, request), reserves };
}

function nameOf(reference: string, { dialect, tenant }: VendorRequest): ReferenceName {
  return { tenantId: tenant.id, dialect: dialect.name, reference };
}

async function readCalls(ids: readonly CallId[], { store }: Pick<PlacePorts, 'store'>): Promise<Call[]> {
  const found = await fromStorage(() => Promise.all(ids.map((id) => store.readCall(id))));
  return found.flatMap((call) => (call === undefined ? [] : [call.value]));
}

function refused(...[code, rest]: Parameters<typeof problem>): VendorAnswer {
  return { type: 'refused', problem: problem(code, rest) };
}
