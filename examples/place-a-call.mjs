// Rings extension 1001, then the customer, and prints how both sides ended.
import { ended, redial } from './redial.mjs';

const { id } = await redial('POST', '/v1/calls', { dial1: '1001', dial2: '0820001234', reference: 'order-7' });
console.log(`accepted ${id}`);

const { state, attempts } = await ended(id);
const [{ dial1, dial2 }] = attempts;
console.log(`${state}: dial1 ${dial1.disposition}, dial2 ${dial2.disposition}`);
