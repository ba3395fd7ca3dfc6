import { expect, it } from 'vitest';
import { createRoundRobin } from './round-robin.ts';

it('begins with each item equally often, and omits none', () => {
  const inTurn = createRoundRobin();
  const items = ['pbx-1', 'pbx-2', 'pbx-3'];
  const orders = Array.from({ length: 6 }, () => inTurn(items));
  expect(orders.map(([first]) => first).toSorted()).toEqual(['pbx-1', 'pbx-1', 'pbx-2', 'pbx-2', 'pbx-3', 'pbx-3']);
  for (const order of orders) expect(order.toSorted()).toEqual(items);
});
