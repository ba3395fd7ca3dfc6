import type { AttemptId, CallId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { catalogue, fromJob, RefusedJob, toJob } from './catalogue.ts';
import type { DialJob } from './jobs.ts';

const callId = 'call_01ARZ3NDEKTSV4RRFFQ69G5FAV' as CallId;
const attemptId = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;
const dial: DialJob = { callId, attemptId, maskedDial2: '********234' };

describe('a job on its way in', () => {
  it('has its attempt’s id', () => {
    expect(toJob(catalogue.dial, dial)).toEqual({ name: 'dial', data: dial, id: attemptId });
    expect(toJob(catalogue.results, { callId, attemptId, reportedBy: 'dialer', evidence: {} }).id).toBe(attemptId);
  });

  it('has its delivery’s id', () => {
    expect(toJob(catalogue.deliveries, { deliveryId: `${attemptId}.crm` }).id).toBe(`${attemptId}.crm`);
    for (const deliveryId of [attemptId, `${attemptId}.`, `${attemptId}.CRM`, 'crm', `${attemptId}:crm`]) {
      expect(() => toJob(catalogue.deliveries, { deliveryId })).toThrow();
    }
  });

  it('never holds a whole number', () => {
    expect(() => toJob(catalogue.dial, { ...dial, maskedDial2: '27820001234' })).toThrow(/masked/);
    expect(toJob(catalogue.dial, { ...dial, maskedDial2: '1001' }).data.maskedDial2).toBe('1001');
  });

  it('holds the fields of the catalogue and no others', () => {
    expect(toJob(catalogue.dial, { ...dial, dial1: '27820001234' } as DialJob).data).toEqual(dial);
  });
});

describe('a job on its way out', () => {
  it('is what was put in', () => {
    expect(fromJob(catalogue.dial, { id: attemptId, data: { ...dial } })).toEqual(dial);
  });

  it('is read without the fields that a later version added', () => {
    const later = { ...dial, hint: 'new' };
    expect(fromJob(catalogue.dial, { id: attemptId, data: later })).toEqual(dial);
    const evidence = {
      dial1Hangup: { cause: 17, at: 1, weather: 'fine' },
      journalEnded: undefined,
      laterFact: { at: 2 },
    };
    const results = { callId, attemptId, reportedBy: 'dialer', evidence, later: true };
    expect(fromJob(catalogue.results, { id: attemptId, data: JSON.parse(JSON.stringify(results)) })).toEqual({
      callId,
      attemptId,
      reportedBy: 'dialer',
      evidence: { dial1Hangup: { cause: 17, at: 1 } },
    });
    const delivery = { deliveryId: `${attemptId}.crm`, later: true };
    expect(fromJob(catalogue.deliveries, { id: delivery.deliveryId, data: delivery })).toEqual({
      deliveryId: delivery.deliveryId,
    });
  });

  it('is refused when its data was edited, with the name of the field and without its value', () => {
    const edited = { id: attemptId, data: { ...dial, callId: 'call_27820001234' } };
    expect(() => fromJob(catalogue.dial, edited)).toThrow(RefusedJob);
    expect(() => fromJob(catalogue.dial, edited)).toThrow(/callId/);
    expect(() => fromJob(catalogue.dial, edited)).not.toThrow(/27820001234/);
  });

  it('is refused when its data belongs to another attempt: a duplicate made by hand', () => {
    expect(() => fromJob(catalogue.dial, { id: 'att_01ARZ3NDEKTSV4RRFFQ69G5FAW', data: dial })).toThrow(RefusedJob);
  });

  it.each([undefined, null, 'text', 7, []])('is refused when its data is %j', (data) => {
    expect(() => fromJob(catalogue.dial, { id: attemptId, data })).toThrow(RefusedJob);
  });
});
