import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId, tenantOf } from '../../testing/builders.ts';
import { agentNumberOf, type RecordingRule, recordingFile, recordingOf } from './recording.ts';
import { CallRequest, type Destination, RecordedUnder } from './request.ts';

const agent: Destination = { kind: 'extension', extension: '1001' };
const colleague: Destination = { kind: 'extension', extension: '1002' };
const customer: Destination = { kind: 'number', e164: '27821234567', trunk: 'carrier' };
const friend: Destination = { kind: 'number', e164: '27829999999', trunk: 'carrier' };
const queue: Destination = { kind: 'service', service: 'support' };
const routed: Destination = { kind: 'context', context: 'from-crm', exten: '7001' };
const routedOut: Destination = { kind: 'context', context: 'from-crm', exten: '0821234567', e164: '27821234567' };

/** Sides → the number under which the call is recorded, by each rule. `-`: no recording. */
const table: [sides: string, dial1: Destination, dial2: Destination, outside: string, all: string][] = [
  ['internal and external', agent, customer, '1001', '1001'],
  ['external and internal', customer, agent, '1001', '1001'],
  ['internal and internal', agent, colleague, '-', '1001'],
  ['external and external', customer, friend, '27821234567', '27821234567'],
  ['a service and external', queue, customer, 'support', 'support'],
  ['external and a service', customer, queue, 'support', 'support'],
  ['internal and a service', agent, queue, '-', '1001'],
  ['a service and a service', queue, queue, '-', 'support'],
  ['a context and external', routed, customer, '7001', '7001'],
  ['a context and internal', routed, agent, '-', '7001'],
  ['external by a context, and internal', routedOut, agent, '1001', '1001'],
  ['external by a context, and external', routedOut, friend, '27821234567', '27821234567'],
];

const under = (recording: CallRequest['recording']): string => recording?.under ?? '-';

describe.each(table)('%s', (_sides, dial1, dial2, outside, all) => {
  it.each<[RecordingRule | undefined, RecordingRule | undefined, string]>([
    [undefined, undefined, '-'],
    [undefined, 'none', '-'],
    [undefined, 'outside', outside],
    [undefined, 'all', all],
    // The tenant's rule holds for every dialect.
    ['none', 'all', '-'],
    ['outside', 'none', outside],
    ['outside', 'all', outside],
    ['all', 'none', all],
    ['all', undefined, all],
  ])('tenant’s rule %s, dialect’s rule %s: %s', (ofTenant, ofDialect, expected) => {
    const tenant = tenantOf({ recording: ofTenant });
    const recording = recordingOf(dial1, dial2, tenant, ofDialect);
    expect(under(recording)).toBe(expected);
    expect(CallRequest.shape.recording.safeParse(recording).success).toBe(true);
  });
});

describe('an agent’s own number outside', () => {
  const agents = { '1001': '27110000001' };

  it.each([
    ['its own', { agents, default: '27110000000' }, '1001', '27110000001'],
    ['the tenant’s, where it has none', { agents, default: '27110000000' }, '1002', '27110000000'],
    ['none, where neither has one', { agents }, '1002', undefined],
    ['none, where the tenant shows an extension', { default: '1009' }, '1002', undefined],
    ['none, for what is no extension at all', { agents }, '__proto__', undefined],
  ])('is %s', (_whose, callerIds, extension, number) => {
    expect(agentNumberOf(extension, tenantOf({ callerIds }))).toBe(number);
  });
});

describe('the file of a recording', () => {
  it('is named after the attempt, in a folder of the agent', () => {
    expect(recordingFile(attemptId(1), '1001')).toBe(`redial/1001/${attemptId(1)}.wav`);
  });

  it('is a path of one shape, or none, for any input', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 45 }),
      fc.string({ unit: fc.constantFrom(...'01aZ_-./\\\0\n\r,;&|{$}'), maxLength: 45 }),
      fc.constantFrom('..', '../..', '1001/..', '1001\n', '.', '', '__proto__'),
    );
    const sound = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/);
    const id = fc.oneof(fc.constant(attemptId(1) as string), hostile);
    fc.assert(
      fc.property(id, fc.oneof(hostile, sound), (attempt, agent) => {
        if (attempt !== attemptId(1) || !RecordedUnder.safeParse(agent).success) {
          expect(() => recordingFile(attempt, agent)).toThrow(RangeError);
        } else {
          expect(recordingFile(attempt, agent)).toMatch(
            /^redial\/[A-Za-z0-9][A-Za-z0-9_-]{0,39}\/att_[0-9A-HJKMNP-TV-Z]{26}\.wav$/,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
