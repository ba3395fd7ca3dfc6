// A callback: dialled in three seconds, and not dialled at all after one minute.
import { ended, redial } from './redial.mjs';

const inSeconds = (seconds) => new Date(Date.now() + seconds * 1_000).toISOString();

const call = await redial('POST', '/v1/calls', {
  dial1: '1001',
  dial2: '0820001234',
  notBefore: inSeconds(3),
  expiresAt: inSeconds(63),
});
console.log(`${call.state} until ${call.nextAttempt.dueAt}`);

const { attempts } = await ended(call.id);
const lateMs = Date.parse(attempts[0].startedAt) - Date.parse(attempts[0].dueAt);
console.log(`dialled ${lateMs >= 0 ? 'on time' : 'too early'}: ${attempts[0].disposition}`);
