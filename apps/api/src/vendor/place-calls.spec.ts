import { AttemptId, acceptCall, type Call, CallId, type CallRequest, type Dial1Outcome, type Ids } from '@redial/call';
import type { TenantConfiguration } from '@redial/configuration';
import type { CallQuestion, DialectContext, FieldError, ParsedCalls, VendorDialect, Waits } from '@redial/dialects';
import { jsonReply } from '@redial/dialects';
import type { Accepted, ReferenceName } from '@redial/store';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type PlacePorts, placeCalls } from './place-calls.ts';

const tenant = { id: 'acme' } as TenantConfiguration;
const request = { reference: 'r' } as CallRequest;
const waits: Waits = { until: 60_000, withDial2: false };
const errorIfNo: FieldError = { field: 'destination', message: 'is not there' };
const queue: CallQuestion = { type: 'service_exists', service: 'q', errorIfNo };
const device: CallQuestion = {
  type: 'device_online',
  extension: '1001',
  errorIfNo: { field: 'user', message: 'is away' },
};

type Understood = Extract<ParsedCalls, { ok: true }>;
const understood = (more: Partial<Understood> = {}) =>
  ({ ok: true, calls: [{ request, reference: 'r' }], ...more }) as Understood;

const ulid = (n: number) => String(n).padStart(26, '0');
const callId = (n: number) => CallId.parse(`call_${ulid(n)}`);
const earlier = { id: callId(900), reference: 'r' } as Call;

interface World {
  readonly parsed?: ParsedCalls | ((context: DialectContext) => ParsedCalls);
  readonly commits?: readonly (Accepted | Error)[];
  readonly said?: (question: CallQuestion) => boolean | undefined;
  readonly outcomes?: readonly Dial1Outcome[];
  readonly waiting?: number;
  readonly openHolders?: readonly CallId[];
  /** The differences that the dialect finds between a request and the calls that hold its reference. */
  readonly differences?: readonly FieldError[];
}

function world(of: World = {}) {
  const { parsed = understood(), commits = [], said = () => true, outcomes = [], waiting = 0, openHolders = [] } = of;
  const { differences = [] } = of;
  const happened: string[] = [];
  const reservations: unknown[] = [];
  let made = 0;
  const ids: Ids = {
    callId: () => callId(++made),
    attemptId: () => AttemptId.parse(`att_${ulid(++made)}`),
  };
  const tries = [...commits];
  const left = new AbortController();
  const ports: PlacePorts = {
    ids,
    clock: { now: () => 1_000 },
    metrics: { destinationRefused: () => undefined },
    pick: ([first]) => first ?? '',
    store: {
      readCall: async () => ({ value: earlier, version: 1 }),
      openHolders: async ({ tenantId, dialect, reference }: ReferenceName) => {
        happened.push(`looked for ${tenantId} ${dialect} ${reference}`);
        return openHolders;
      },
    } as unknown as PlacePorts['store'],
    queryPbx: async (_tenant, question) => {
      happened.push(`asked ${question.type}`);
      return said(question);
    },
    waitingMax: 2,
    waiter: {
      waiting,
      expect: (calls) => {
        happened.push(`waits for ${calls.length}`);
        return {
          wait: async (signal) => (signal.aborted ? undefined : outcomes),
          cancel: () => void happened.push('waits no more'),
        };
      },
      close: async () => undefined,
    },
    acceptor: {
      confirm: async () => void happened.push('confirmed'),
      prepare: (candidates) => candidates.map((candidate) => acceptCall({ ...candidate, at: 1_000 }).call),
      commit: async (calls, _completion, reservation) => {
        happened.push(`accepted ${calls.length}`);
        reservations.push(reservation);
        const said = tries.shift() ?? { type: 'accepted' };
        if (said instanceof Error) throw said;
        return said;
      },
    },
  };
  const parse = vi.fn((_input: unknown, context: DialectContext) =>
    typeof parsed === 'function' ? parsed(context) : parsed,
  );
  const dialect: VendorDialect = {
    name: 'semaphore',
    settings: z.unknown(),
    routes: [],
    recordings: [],
    below: [],
    authentication: { type: 'credentials', authenticate: () => ({ ok: true, tenant }) },
    accepted: (calls, input) => jsonReply(200, { accepted: calls.map(({ id }) => id), input }),
    differences: (asked, held) => {
      happened.push(`compared ${asked.length} with ${held.map(({ id }) => id)}`);
      return differences;
    },
    outcome: (said, calls, input) => jsonReply(200, { outcomes: said, of: calls.map(({ id }) => id), input }),
    refused: ({ code }) => jsonReply(400, { code }),
    notifications: {},
  };
  const place = async () => {
    const answer = await placeCalls(
      {
        dialect,
        route: { method: 'get', path: '/', takes: 'query', parse },
        tenant,
        input: 'flags',
        left: left.signal,
      },
      ports,
    );
    return answer.type === 'reply' ? JSON.parse(answer.reply.body) : answer;
  };
  return { place, happened, reservations, parse, leave: () => left.abort() };
}

const accepted: Accepted = { type: 'accepted' };
const taken: Accepted = { type: 'taken', by: [earlier.id] };

describe('a request', () => {
  it('is accepted, and answered at once', async () => {
    const { place, happened, reservations } = world();
    expect(await place()).toEqual({ accepted: [callId(1)], input: 'flags' });
    expect(happened).toEqual(['accepted 1']);
    expect(reservations).toEqual([undefined]);
  });

  it('offers the first call’s id as a reference', async () => {
    const { place, parse } = world();
    await place();
    expect(parse.mock.calls[0]?.[1]).toMatchObject({ tenant, now: 1_000, newReference: callId(1) });
  });

  it('with several calls is accepted in one write', async () => {
    const calls = Array.from({ length: 3 }, () => ({ request, reference: 'r' }));
    const { place, happened } = world({ parsed: understood({ calls }) });
    expect(new Set((await place()).accepted).size).toBe(3);
    expect(happened).toEqual(['accepted 3']);
  });

  it('that is not valid is refused, and nothing else happens', async () => {
    const { place, happened } = world({ parsed: { ok: false, errors: [errorIfNo] } });
    expect(await place()).toEqual({ type: 'refused', problem: { code: 'invalid_request', errors: [errorIfNo] } });
    expect(happened).toEqual([]);
  });
});

describe('a question to the PBX', () => {
  const parsed = understood({ questions: [device, queue], waits });

  it('is put before anything is accepted', async () => {
    const { place, happened } = world({ parsed });
    await place();
    expect(happened).toEqual(['asked device_online', 'asked service_exists', 'waits for 1', 'accepted 1']);
  });

  it.each([
    ['no', () => false, { code: 'invalid_request', errors: [device.errorIfNo] }],
    [
      'no to the second alone',
      ({ type }: CallQuestion) => type !== 'service_exists',
      { code: 'invalid_request', errors: [errorIfNo] },
    ],
    [
      'no to one, and no answer to the other',
      ({ type }: CallQuestion) => (type === 'service_exists' ? false : undefined),
      { code: 'invalid_request', errors: [errorIfNo] },
    ],
    ['nothing', () => undefined, { code: 'pbx_unavailable', headers: { 'Retry-After': '5' } }],
  ])('that is answered %s ends it', async (_name, said, problem) => {
    const { place, happened } = world({ parsed, said });
    expect(await place()).toEqual({ type: 'refused', problem });
    expect(happened).toEqual(['asked device_online', 'asked service_exists']);
  });
});

describe('an answer that waits for dial1', () => {
  const parsed = understood({ waits });
  const outcomes: Dial1Outcome[] = [{ type: 'answered', uniqueId1: 'att_1' }];

  it('is expected before the call is accepted, and sent', async () => {
    const { place, happened } = world({ parsed, outcomes });
    expect(await place()).toEqual({ outcomes, of: [callId(1)], input: 'flags' });
    expect(happened).toEqual(['waits for 1', 'accepted 1']);
  });

  it('is refused if too many wait, before anything is accepted', async () => {
    const { place, happened } = world({ parsed, waiting: 2 });
    const problem = { code: 'too_many_waiting', headers: { 'Retry-After': '5' } };
    expect(await place()).toEqual({ type: 'refused', problem });
    expect(happened).toEqual([]);
  });

  it('is refused, and not expected any more, if the tenant has too many open calls', async () => {
    const { place, happened } = world({ parsed, commits: [{ type: 'full', room: 0 }] });
    const problem = { code: 'too_many_open_calls', headers: { 'Retry-After': '30' } };
    expect(await place()).toEqual({ type: 'refused', problem });
    expect(happened).toEqual(['waits for 1', 'accepted 1', 'waits no more']);
  });

  it('is no longer expected if the call could not be accepted', async () => {
    const { place, happened } = world({ parsed, commits: [new Error('Redis is gone')] });
    await expect(place()).rejects.toThrow('Redis is gone');
    expect(happened).toEqual(['waits for 1', 'accepted 1', 'waits no more']);
  });

  it('is sent to no client once the client has gone', async () => {
    const { place, leave } = world({ parsed });
    leave();
    expect(await place()).toEqual({ type: 'left' });
  });
});

describe('a reference', () => {
  const compared = `compared 1 with ${earlier.id}`;

  it('whose calls are open is answered with those calls', async () => {
    const { place, happened, reservations } = world({
      parsed: understood({ reserves: 'open_reference' }),
      commits: [taken],
    });
    expect(await place()).toEqual({ accepted: [earlier.id], input: 'flags' });
    expect(happened).toEqual(['accepted 1', compared]);
    const name = { tenantId: 'acme', dialect: 'semaphore', reference: 'r' };
    expect(reservations).toEqual([{ ...name, reserves: 'open_reference' }]);
  });

  it('whose calls are open refuses a different request, and names the difference', async () => {
    const { place } = world({
      parsed: understood({ reserves: 'open_reference' }),
      commits: [taken],
      differences: [errorIfNo],
    });
    expect(await place()).toEqual({ type: 'refused', problem: { code: 'invalid_request', errors: [errorIfNo] } });
  });

  it('that was ever used is drawn again, with a fresh id; the PBX is not queried again', async () => {
    const parsed = ({ newReference }: DialectContext) =>
      understood({
        calls: [{ request, reference: newReference }],
        reserves: 'new_reference',
        questions: [queue],
        waits,
      });
    const { place, happened, reservations } = world({ parsed, commits: [taken, accepted] });
    const { of } = await place();
    expect(happened).toEqual([
      'asked service_exists',
      'waits for 1',
      'accepted 1',
      'waits no more',
      'waits for 1',
      'accepted 1',
    ]);
    expect(reservations).toMatchObject([
      { reference: callId(1), reserves: 'new_reference' },
      { reference: of[0], reserves: 'new_reference' },
    ]);
    expect(of).not.toEqual([callId(1)]);
  });

  it('is drawn a limited number of times', async () => {
    const { place, parse } = world({
      parsed: understood({ reserves: 'new_reference' }),
      commits: Array(9).fill(taken),
    });
    expect(await place()).toEqual({
      type: 'refused',
      problem: { code: 'too_many_requests', headers: { 'Retry-After': '1' } },
    });
    expect(parse).toHaveBeenCalledTimes(5);
  });
});

describe('a request that can only be a repetition', () => {
  const parsed: ParsedCalls = { ok: false, errors: [errorIfNo], repeats: [{ request, reference: 'r' }] };

  it('is answered with the calls that it repeats, once those are as durable as they must be', async () => {
    const { place, happened } = world({ parsed, openHolders: [earlier.id] });
    expect(await place()).toEqual({ accepted: [earlier.id], input: 'flags' });
    expect(happened).toEqual(['looked for acme semaphore r', 'confirmed', `compared 1 with ${earlier.id}`]);
  });

  it('is refused if it differs', async () => {
    const differs = { field: 'flag', message: 'is another' };
    const { place } = world({ parsed, openHolders: [earlier.id], differences: [differs] });
    expect(await place()).toEqual({ type: 'refused', problem: { code: 'invalid_request', errors: [differs] } });
  });

  it('is refused if none of them is open', async () => {
    const { place, happened } = world({ parsed });
    expect(await place()).toEqual({ type: 'refused', problem: { code: 'invalid_request', errors: [errorIfNo] } });
    expect(happened).toEqual(['looked for acme semaphore r']);
  });
});
