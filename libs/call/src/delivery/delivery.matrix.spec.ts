import { describe, expect, it } from 'vitest';
import { effectText, matrix, type SignalOf, samples, signals } from '../../testing/delivery.matrix.ts';
import { type Cell, cellFor, strayCases, written } from '../../testing/matrix.ts';
import {
  type Delivery,
  type DeliverySignalType,
  type DeliveryStatus,
  deliveryStatuses,
  stepDelivery,
} from './delivery.ts';

const cells: Record<DeliveryStatus, Record<DeliverySignalType, Cell>> = matrix;
const types = Object.keys(signals) as DeliverySignalType[];

function deliveriesOf(status: DeliveryStatus): [string, Delivery][] {
  return Object.entries(samples[status]);
}

function variantsOf(type: DeliverySignalType): [string, SignalOf][] {
  return Object.entries(signals[type]);
}

describe.each(deliveryStatuses)('a delivery that is %s', (status) => {
  it.each(types)('given %s takes the step of its cell', (type) => {
    const cell = cells[status][type];
    const expected: Record<string, string> = {};
    const seen: Record<string, string> = {};
    for (const [sample, delivery] of deliveriesOf(status)) {
      for (const [variant, signalOf] of variantsOf(type)) {
        const step = stepDelivery(delivery, signalOf(delivery));
        const when = `${sample} + ${variant}`;
        expected[when] = cellFor(cell, sample, variant);
        seen[when] = written(step.delivery.status, step.effects.map(effectText), step.ignored);
        if (step.ignored) expect(step.delivery, when).toBe(delivery);
      }
    }
    expect(seen).toEqual(expected);
  });

  it('has samples of this status', () => {
    expect(deliveriesOf(status).map(([, delivery]) => delivery.status)).toEqual(deliveriesOf(status).map(() => status));
  });

  it.each(types)('has no unused case for %s', (type) => {
    expect(strayCases(cells[status][type], Object.keys(samples[status]), Object.keys(signals[type]))).toEqual([]);
  });
});

describe('a matrix', () => {
  it('that lacks a cell does not compile', () => {
    const { resend: _dropped, ...incomplete } = matrix.dead;
    // @ts-expect-error the cell of `resend` is missing
    const broken: Record<DeliverySignalType, Cell> = incomplete;
    expect(broken).not.toHaveProperty('resend');
  });
});
