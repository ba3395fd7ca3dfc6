import type { CallId, CallRequest } from '@redial/call';
import { vendors } from '@redial/dialects';
import { createStore, type Store } from '@redial/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { neverAllowed } from '../../integration/hostile-input/hostile-values.ts';
import { type HostileWorld, type Look, startHostileWorld } from '../../integration/hostile-input/hostile-world.ts';
import { jobCounts } from '../../support/job-counts.ts';
import { vendorSecrets, vendorTenant } from '../../support/vendors.ts';
import { type Sample, samples } from './samples.ts';

/**
 * The rules of every dialect, tested in the way of each. An accepted request is the same call as by `/v1`. A refusal
 * names the fields in the vendor's format, and nothing happens. A client without credentials learns nothing.
 */
let world: HostileWorld;
let store: Store;

beforeAll(async () => {
  world = await startHostileWorld({ tenant: vendorTenant, env: { REDIAL_LOG_LEVEL: 'trace' } });
  store = createStore({ redis: world.redis, prefix: world.prefix });
});
afterAll(() => world?.stop());

it('has a sample of every vendor that is served', () => {
  expect([...new Set(samples.map(({ dialect }) => dialect))].sort()).toEqual(vendors.map(({ name }) => name).sort());
});

/** The newest accepted call, with this reference if one is passed. */
async function newest(reference?: string): Promise<{ readonly request: CallRequest; readonly dialect: string }> {
  const by = reference === undefined ? '' : `&reference=${encodeURIComponent(reference)}`;
  const { body } = await world.redial.request('GET', `/v1/calls?limit=1${by}`);
  const call = await store.readCall(body.calls[0].id as CallId);
  if (call === undefined) throw new Error('the call is not in the store');
  return call.value;
}

async function inFlight(): Promise<number> {
  // A call that waits for an earlier one to the same phone or number is delayed and due.
  const due = await Promise.all(
    ['queued', 'dialing', 'waiting'].map((state) => world.redial.request('GET', `/v1/calls?state=${state}`)),
  );
  const calls = due.reduce((sum, { body }) => sum + body.calls.length, 0);
  const counts = Object.values(await jobCounts(world.queues));
  return counts.reduce((sum, { active, waiting }) => sum + active + waiting, calls);
}

/** References differ if the client sends none. */
function comparable({ reference, ...request }: CallRequest, given: boolean): unknown {
  return given ? { reference, ...request } : request;
}

describe.each(samples.map((sample) => [sample.way, sample] as const))('%s', (_way, sample) => {
  it('given a good request, then it is the same call as by /v1', async () => {
    const answer = await sample.send(world.redial, sample.good);
    const reference = sample.referenceIn(answer, sample.good);
    const { request, dialect } = await newest(reference);
    expect(dialect).toBe(sample.dialect);
    expect(request.reference).toBe(reference ?? request.reference);

    const same = await world.redial.request('POST', '/v1/calls', sample.equivalent);
    expect({ status: same.status, body: same.body }).toMatchObject({ status: 202 });
    const { value } = (await store.readCall(same.body.id as CallId)) ?? {};
    const given = 'reference' in sample.equivalent;
    expect(comparable(request, given)).toEqual(comparable(value?.request as CallRequest, given));
  });

  describe('given wrong input', () => {
    let before: Look;
    beforeEach(async () => {
      // The previous call may still be in progress.
      await vi.waitFor(async () => expect(await inFlight()).toEqual(0), { timeout: 20_000 });
      before = await world.look();
    });
    afterEach(() => world.expectNothingSince(before));

    it.each(sample.fields)('in %s, then the vendor’s error names it, and nothing happens', async (field) => {
      const answers = Object.entries(hostileFor(sample, field)).map(async ([name, value]) => {
        const answer = await sample.send(world.redial, { ...sample.good, [field]: value });
        const wrong = sample.complaint(answer, field);
        return wrong === undefined ? [] : [`${name}: ${wrong}`];
      });
      expect((await Promise.all(answers)).flat()).toEqual([]);
    });

    it('given a field that the vendor does not have, then the error names it, and nothing happens', async () => {
      const answer = await sample.send(world.redial, { ...sample.good, nonsense: 'x' });
      expect(sample.complaint(answer, 'nonsense')).toBeUndefined();
    });

    it.each(Object.entries(sample.strangers))(
      'given %s, then the vendor’s refusal is the same for all, and nothing happens',
      async (_name, who) => {
        const answer = await sample.send(world.redial, sample.good, who);
        expect(sample.turnedAway(answer)).toBeUndefined();
        const [first] = Object.values(sample.strangers);
        const { status, body } = await sample.send(world.redial, sample.good, first);
        expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
      },
    );
  });
});

describe('the logs, at the most detailed level', () => {
  it.each(['api', 'dialer', 'results'] as const)('of %s hold no secret and no number', (name) => {
    const log = world.redial[name].log();
    expect(log.length).toBeGreaterThan(200);
    const kept = [...vendorSecrets, world.redial.apiKey, '820001234', '110041001'];
    expect(kept.filter((text) => log.includes(text))).toEqual([]);
  });
});

/** The vendor itself allows these: a long reference is shortened, and a name loses its punctuation. */
function hostileFor({ dialect }: Sample, field: string): Readonly<Record<string, string>> {
  const { 'over-long': overLong = '', ...texts } = neverAllowed;
  if (dialect === 'click2dial' && field === 'contact_ref') return texts;
  // A name may be in any script, and loses characters that a phone cannot show.
  if (field === 'caller_id_name') {
    const refused = /^\s*$|[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]|\$[{[]/u;
    return {
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => refused.test(text))),
      'over-long': overLong,
    };
  }
  return { ...texts, 'over-long': overLong };
}
