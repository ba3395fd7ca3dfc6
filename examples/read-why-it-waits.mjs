// A call that is not dialled yet states the gate that holds it, a sentence, and when the gate is checked again.
import { redial } from './redial.mjs';

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
const { id } = await redial('POST', '/v1/calls', { dial1: '1001', dial2: '0820001234', notBefore: tomorrow });

const { state, whyNotDialedYet } = await redial('GET', `/v1/calls/${id}`);
console.log(`${state}, held by the gate ${whyNotDialedYet.gate}`);
console.log(whyNotDialedYet.sentence);

await redial('POST', `/v1/calls/${id}/cancel`);
