import { describe, expect, it } from 'vitest';
import { attemptId, callOf, tenantOf } from '../../testing/builders.ts';
import { checkGates, type GateFacts } from './gate.ts';
import { callGates, numbersOf } from './gates.ts';

/** Thursday 15 January 2026, 12:00 in Johannesburg. */
const now = Date.UTC(2026, 0, 15, 10);
const hour = 3_600_000;

function facts(given: Partial<GateFacts> = {}): GateFacts {
  return { call: callOf({}, now), tenant: tenantOf(), now, attemptsToday: 0, ...given };
}

function ask(given: Partial<GateFacts> = {}): string {
  const answer = checkGates(callGates, facts(given));
  if (answer.decision !== 'defer') return `${answer.gate}: ${answer.decision}`;
  return `${answer.gate}: defer by ${(answer.until - (given.now ?? now)) / 1_000}s`;
}

describe('a due call', () => {
  it('that no gate holds back passes', () => {
    expect(ask()).toBe('all: allow');
  });

  it('whose tenant this dialer does not have waits for another dialer, until its time is over', () => {
    expect(ask({ tenant: undefined })).toBe('tenant: defer by 30s');
    expect(ask({ tenant: undefined, call: callOf({ expiresAt: now - 1 }, now) })).toBe('tenant: expire');
  });

  it('to a service or a context that is no longer there is never dialled, whichever leg it is on', () => {
    const inside = { kind: 'extension', extension: '1001' } as const;
    const queue = { kind: 'service', service: 'support' } as const;
    const routed = { kind: 'context', context: 'office', exten: '1001' } as const;
    const having = tenantOf({ services: [{ kind: 'queue', name: 'support' }], contexts: ['office'] });
    for (const leg of [queue, routed]) {
      for (const request of [
        { dial1: leg, dial2: inside },
        { dial1: inside, dial2: leg },
      ]) {
        expect(ask({ call: callOf(request, now) })).toBe('destination: block');
        expect(ask({ call: callOf(request, now), tenant: having })).toBe('all: allow');
      }
    }
  });

  it('is dialled until its time is over', () => {
    const call = callOf({ expiresAt: now }, now);
    expect(ask({ call })).toBe('all: allow');
    expect(ask({ call, now: now + 1 })).toBe('expired: expire');
  });

  it('that is taken before its time waits for it', () => {
    const call = callOf({ notBeforeAt: now + hour }, now);
    expect(ask({ call })).toBe('due: defer by 3600s');
    expect(ask({ call, now: now + hour })).toBe('all: allow');
  });

  it('under way is not held back by an earlier due time', () => {
    const call = {
      ...callOf({}, now),
      state: { status: 'dialing', attemptId: attemptId(1), attemptNumber: 1, startedAt: now } as const,
    };
    expect(ask({ call })).toBe('all: allow');
  });

  it('of a paused tenant waits, and is checked again soon', () => {
    expect(ask({ tenant: tenantOf({ paused: true }) })).toBe('paused: defer by 30s');
  });
});

describe('do-not-call', () => {
  const listed = tenantOf({ doNotCall: ['27821234567'] });

  it('blocks a call to a listed number, whichever leg it is on', () => {
    const outside = { kind: 'number', e164: '27821234567', trunk: 'carrier' } as const;
    expect(ask({ tenant: listed })).toBe('do_not_call: block');
    expect(
      ask({ tenant: listed, call: callOf({ dial1: outside, dial2: { kind: 'extension', extension: '1001' } }, now) }),
    ).toBe('do_not_call: block');
  });

  it('lets every other number pass', () => {
    expect(ask({ tenant: tenantOf({ doNotCall: ['27821234568'] }) })).toBe('all: allow');
  });

  it('is never checked for an extension', () => {
    const inside = callOf({ dial2: { kind: 'extension', extension: '1002' } }, now);
    expect(ask({ tenant: listed, call: inside })).toBe('all: allow');
  });
});

describe('calling windows', () => {
  const office = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];

  it('let a call pass inside, by the tenant’s own clock', () => {
    expect(ask({ tenant: tenantOf({ callingWindows: office }) })).toBe('all: allow');
    expect(ask({ tenant: tenantOf({ callingWindows: office, timeZone: 'Pacific/Honolulu' }) })).toBe(
      'window: defer by 32400s',
    );
  });

  it('put a call off to the next opening', () => {
    expect(ask({ tenant: tenantOf({ callingWindows: office }), now: now + 6 * hour })).toBe(
      `window: defer by ${15 * 3_600}s`,
    );
  });

  it('do not bind calls between extensions', () => {
    const inside = callOf({ dial2: { kind: 'extension', extension: '1002' } }, now);
    expect(ask({ tenant: tenantOf({ callingWindows: office }), call: inside, now: now + 6 * hour })).toBe('all: allow');
  });
});

describe('the cap of attempts per number and day', () => {
  const tenant = tenantOf({ caps: { attemptsPerNumberPerDay: 3 } });

  it('lets pass what is below it', () => {
    expect(ask({ tenant, attemptsToday: 2 })).toBe('all: allow');
  });

  it('puts off the rest to the tenant’s next day', () => {
    expect(ask({ tenant, attemptsToday: 3 })).toBe(`cap: defer by ${12 * 3_600}s`);
    expect(ask({ tenant, attemptsToday: 4 })).toBe(`cap: defer by ${12 * 3_600}s`);
  });

  it('starts the day by the tenant’s clock', () => {
    const saoPaulo = tenantOf({ caps: { attemptsPerNumberPerDay: 3 }, timeZone: 'America/Sao_Paulo' });
    // 3 November 2018, 23:00: the next day begins at 01:00, an hour from now.
    const late = Date.UTC(2018, 10, 4, 2);
    const call = callOf({}, late);
    expect(ask({ tenant: saoPaulo, call, attemptsToday: 3, now: late })).toBe('cap: defer by 3600s');
  });

  it('does not apply where none is set', () => {
    expect(ask({ attemptsToday: 1_000 })).toBe('all: allow');
  });
});

describe('a call that would be put off beyond its own end', () => {
  const waitedFor = callOf({ expiresAt: now + 60_000 }, now);

  it('expires now, so that a waiting client hears it now', () => {
    const closed = [{ days: ['thu'], from: '09:00', to: '10:00' }];
    expect(ask({ call: waitedFor, tenant: tenantOf({ callingWindows: closed }) })).toBe('window: expire');
    expect(ask({ call: waitedFor, tenant: tenantOf({ caps: { attemptsPerNumberPerDay: 1 } }), attemptsToday: 1 })).toBe(
      'cap: expire',
    );
  });

  it('waits where the next check comes before its end', () => {
    expect(ask({ call: waitedFor, tenant: tenantOf({ paused: true }) })).toBe('paused: defer by 30s');
  });
});

describe('the order of the gates', () => {
  it('is: the tenant, then gates that end a call, then gates that defer it', () => {
    expect(callGates.map(({ name }) => name)).toEqual([
      'tenant',
      'destination',
      'expired',
      'due',
      'paused',
      'do_not_call',
      'toll',
      'window',
      'cap',
      'quotas',
    ]);
  });

  it('decides by the first gate that does not allow the call', () => {
    const tenant = tenantOf({ paused: true, doNotCall: ['27821234567'], caps: { attemptsPerNumberPerDay: 1 } });
    expect(ask({ tenant, attemptsToday: 9 })).toBe('paused: defer by 30s');
    expect(ask({ tenant, attemptsToday: 9, call: callOf({ expiresAt: now - 1 }, now) })).toBe('expired: expire');
  });

  it('never puts a call off to the past', () => {
    const tenants = [tenantOf({ paused: true }), tenantOf({ caps: { attemptsPerNumberPerDay: 1 } })];
    for (const tenant of tenants) {
      const answer = checkGates(callGates, facts({ tenant, attemptsToday: 5 }));
      expect(answer.decision === 'defer' && answer.until > now).toBe(true);
    }
  });
});

describe('outside numbers of a call', () => {
  it('are those of both legs', () => {
    const outside = { kind: 'number', e164: '27829999999', trunk: 'carrier' } as const;
    expect(numbersOf(callOf())).toEqual(['27821234567']);
    expect(numbersOf(callOf({ dial1: outside }))).toEqual(['27829999999', '27821234567']);
  });
});

describe('an outside number that a context routes', () => {
  const routed = (exten: string, e164?: string) =>
    ({ kind: 'context', context: 'from-crm', exten, ...(e164 !== undefined && { e164 }) }) as const;
  const colleague = { kind: 'extension', extension: '1002' } as const;
  const toOutside = callOf({ dial1: routed('0829999999', '27829999999'), dial2: colleague }, now);
  const toInside = callOf({ dial1: routed('7001'), dial2: colleague }, now);
  const office = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];

  it('is one of the call’s numbers; digits of the PBX’s own are not', () => {
    expect(numbersOf(toOutside)).toEqual(['27829999999']);
    expect(numbersOf(toInside)).toEqual([]);
  });

  it('is not dialled when it is on the do-not-call list', () => {
    const tenant = tenantOf({ contexts: ['from-crm'], doNotCall: ['27829999999'] });
    expect(ask({ tenant, call: toOutside })).toBe('do_not_call: block');
    expect(ask({ tenant, call: toInside })).toBe('all: allow');
  });

  it('waits for the calling window', () => {
    const tenant = tenantOf({ contexts: ['from-crm'], callingWindows: office });
    const evening = now + 6 * hour;
    expect(ask({ tenant, call: toOutside, now: evening })).toBe(`window: defer by ${15 * 3_600}s`);
    expect(ask({ tenant, call: toInside, now: evening })).toBe('all: allow');
  });

  it('has its cap of attempts a day', () => {
    const tenant = tenantOf({ contexts: ['from-crm'], caps: { attemptsPerNumberPerDay: 3 } });
    expect(ask({ tenant, call: toOutside, attemptsToday: 3 })).toBe(`cap: defer by ${12 * 3_600}s`);
  });
});
