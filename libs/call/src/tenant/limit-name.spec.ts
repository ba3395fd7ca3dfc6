import { describe, expect, it } from 'vitest';
import {
  configuredLimits,
  extensionLimit,
  isPhoneLimit,
  kindOfLimit,
  numberLimit,
  pbxLimit,
  trunkLimit,
} from './limit-name.ts';

describe('the name of a limit', () => {
  // Names are stored in attempt records and in keys: a change of one would lose the permits that are held.
  it.each([
    ['pbx', pbxLimit('pbx-1'), 'pbx.pbx-1', false],
    ['trunk', trunkLimit('carrier.a'), 'trunk.carrier.a', false],
    ['extension', extensionLimit('acme', '101'), 'extension.acme.101', true],
    ['number', numberLimit('0f3a'), 'number.0f3a', true],
  ])('%s', (kind, limit, name, isPhone) => {
    expect(limit).toBe(name);
    expect(kindOfLimit(limit)).toBe(kind);
    expect(isPhoneLimit(kind)).toBe(isPhone);
  });

  it('the configuration names its PBXs and its trunks', () => {
    const configured = { pbxs: [{ name: 'pbx-1' }, { name: 'pbx-2' }], trunks: [{ name: 'carrier' }] };
    expect(configuredLimits(configured)).toEqual(['pbx.pbx-1', 'pbx.pbx-2', 'trunk.carrier']);
  });
});
