import { Tenant } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { goodV1Call as good, v1ErrorsOf, v1RequestOf } from '../../testing/v1-request.ts';

describe('destinations', () => {
  test.each([
    ['an extension by pattern', '1999', { kind: 'extension', extension: '1999' }],
    ['an extension by name', '30000', { kind: 'extension', extension: '30000' }],
    ['a national number', '0820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ["the country's own digits", '27820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['an international number', '004930123456', { kind: 'number', e164: '4930123456', trunk: 'carrier' }],
    ['E.164 with +', '+4930123456', { kind: 'number', e164: '4930123456', trunk: 'carrier' }],
  ])('%s', (_name, written, destination) => {
    expect(v1RequestOf({ ...good, dial2: written }).dial2).toEqual(destination);
  });

  test.each([
    ['a ring group', '*601', 'sales'],
    ['a queue', '600', 'support'],
    ['an announcement', '#71', 'welcome'],
  ])('%s by its feature code, on either side', (_name, written, service) => {
    expect(v1RequestOf({ ...good, dial1: written }).dial1).toEqual({ kind: 'service', service });
    expect(v1RequestOf({ ...good, dial2: written }).dial2).toEqual({ kind: 'service', service });
  });

  it('an announcement plays to a person, not to another announcement', () => {
    expect(v1RequestOf({ ...good, dial1: '#71' }).dial1).toEqual({ kind: 'service', service: 'welcome' });
    expect(v1ErrorsOf({ dial1: '#71', dial2: '#71' })).toEqual({ '/dial2': 'is an announcement, and so is dial1' });
  });

  test.each(['*602', '601', '#', '9', '****'])('%s is no feature code of the tenant', (written) => {
    expect(v1ErrorsOf({ ...good, dial2: written })).toEqual({
      '/dial2':
        'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  test.each(['*60100000', '+*601', '*601+', '0*1 ', 'sales', '*6o1', '+', '+1'])(
    '%s is not a valid form',
    (written) => {
      expect(v1ErrorsOf({ ...good, dial2: written })).toEqual({
        '/dial2':
          'must be digits, with a + in front where it is international, or a feature code of 1 to 8 digits, * and #, such as 0711234567 or +27711234567',
      });
    },
  );

  test.each(['*601', '#71'])('a feature code such as %s is no caller ID', (callerId) => {
    expect(Object.keys(v1ErrorsOf({ ...good, callerId, dial1CallerId: callerId })).sort()).toEqual([
      '/callerId',
      '/dial1CallerId',
    ]);
  });

  test.each(['2001', '082000123', '08200012345', '4930123456', '+0123456789', '00'])(
    '%s is neither number nor extension',
    (written) => {
      expect(v1ErrorsOf({ ...good, dial2: written })).toEqual({
        '/dial2':
          'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
      });
    },
  );

  it('needs a trunk for an outside number', () => {
    const without = Tenant.parse({ ...acme, trunks: [] });
    expect(v1ErrorsOf(good, without)).toEqual({ '/dial2': 'is an outside number, and you have no trunk' });
    expect(v1ErrorsOf({ dial1: '1001', dial2: '1002' }, without)).toEqual({});
  });
});

describe('dial1 by a context of the PBX', () => {
  const routed = (dial1: string, more: Readonly<Record<string, unknown>> = {}) => ({
    dial1,
    dial2: '1002',
    dial1Context: 'main_routing',
    ...more,
  });
  const context = 'main_routing';

  test.each([
    ['digits of its own', '7001', { kind: 'context', context, exten: '7001' }],
    ['one digit', '7', { kind: 'context', context, exten: '7' }],
    ['an extension', '1001', { kind: 'context', context, exten: '1001' }],
    ['digits that are a feature code elsewhere', '600', { kind: 'context', context, exten: '600' }],
    ['a number', '0820001234', { kind: 'context', context, exten: '0820001234', e164: '27820001234' }],
    ['an international number', '+4930123456', { kind: 'context', context, exten: '004930123456', e164: '4930123456' }],
  ])('%s', (_name, dial1, destination) => {
    expect(v1RequestOf(routed(dial1)).dial1).toEqual(destination);
  });

  it('needs no trunk: the context has its own routes', () => {
    const without = Tenant.parse({ ...acme, trunks: [] });
    expect(v1RequestOf(routed('0820001234'), without).dial1).toMatchObject({ e164: '27820001234' });
  });

  it('routes only dial1', () => {
    expect(v1RequestOf(routed('7001', { dial2: '0820001234' })).dial2).toEqual({
      kind: 'number',
      e164: '27820001234',
      trunk: 'carrier',
    });
  });

  test.each([
    [
      'a context of another tenant',
      routed('7001', { dial1Context: 'default' }),
      { '/dial1Context': 'is not a context of yours: there is main_routing' },
    ],
    ['a feature code', routed('*601'), { '/dial1': 'must be 1 to 20 digits: a context routes it' }],
    [
      'a + before what is no number',
      routed('+12'),
      { '/dial1': 'is not a number in a known form: 0711234567 or +27711234567, abroad + and the country code' },
    ],
  ])('refuses %s', (_name, body, errors) => {
    expect(v1ErrorsOf(body)).toEqual(errors);
  });
});
