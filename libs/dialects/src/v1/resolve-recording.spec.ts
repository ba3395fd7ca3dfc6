import { Tenant } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { goodV1Call as good, v1ErrorsOf, v1RequestOf } from '../../testing/v1-request.ts';

describe('recording', () => {
  const tenants = Object.fromEntries(
    [undefined, 'none', 'outside', 'all'].map((recording) => [String(recording), Tenant.parse({ ...acme, recording })]),
  ) as Record<'undefined' | 'none' | 'outside' | 'all', Tenant>;
  const outside = good;
  const inside = { dial1: '1001', dial2: '1002' };
  const under = { under: '1001' };
  const noTrue = { '/record': 'must not be true: you record nothing' };
  const noFalse = { '/record': 'must not be false: you record such calls' };

  /** Tenant's rule, sides, the call's request → the extension of the recording, or the error. */
  test.each([
    ['undefined', outside, undefined, undefined],
    ['undefined', outside, true, under],
    ['undefined', inside, true, under],
    ['undefined', outside, false, undefined],
    ['none', outside, undefined, undefined],
    ['none', outside, true, noTrue],
    ['none', outside, false, undefined],
    ['outside', outside, undefined, under],
    ['outside', inside, undefined, undefined],
    ['outside', inside, true, under],
    ['outside', inside, false, undefined],
    ['outside', outside, true, under],
    ['outside', outside, false, noFalse],
    ['all', inside, undefined, under],
    ['all', inside, true, under],
    ['all', inside, false, noFalse],
  ] as const)('rule %s, %j, record %s: %j', (rule, sides, record, expected) => {
    const body = { ...sides, ...(record !== undefined && { record }) };
    if (expected !== undefined && '/record' in expected) expect(v1ErrorsOf(body, tenants[rule])).toEqual(expected);
    else expect(v1RequestOf(body, tenants[rule]).recording).toEqual(expected);
  });

  it('is kept under the agent on either side; else under the service in the agent’s place; else under dial1', () => {
    const recordingOf = (dial1: string, dial2: string) => v1RequestOf({ dial1, dial2, record: true }).recording;
    expect(recordingOf('0820001234', '1001')).toEqual({ under: '1001' });
    expect(recordingOf('0820001234', '600')).toEqual({ under: 'support' });
    expect(recordingOf('0820001234', '0820005678')).toEqual({ under: '27820001234' });
  });
});
