// Up to 1,000 calls in one request. Each call is accepted or refused on its own.
// A repetition with the same Idempotency-Key gets the same reply and dials no number twice.
import { randomUUID } from 'node:crypto';
import { redial } from './redial.mjs';

const contacts = [
  { number: '0820001001', name: 'Ayanda' },
  { number: '0820001002', name: 'Ben' },
  { number: 'not a number', name: 'Chris' },
];
const calls = contacts.map(({ number, name }) => ({ dial1: '1001', dial2: number, reference: `spring-${name}` }));
const key = { 'idempotency-key': randomUUID() };

const first = await redial('POST', '/v1/calls/batch', { calls }, key);
console.log(`${first.accepted} accepted, ${first.rejected} refused`);
for (const { index, accepted, id, problem } of first.results)
  console.log(`${contacts[index].name}: ${accepted ? id : problem.detail}`);

const again = await redial('POST', '/v1/calls/batch', { calls }, key);
const same = again.results[0].id === first.results[0].id;
console.log(same ? 'the repetition names the same calls' : 'the repetition placed other calls');
