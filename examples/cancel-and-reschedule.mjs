// Moves a waiting call to another time, then cancels it.
import { redial } from './redial.mjs';

const inHours = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();

const { id } = await redial('POST', '/v1/calls', { dial1: '1001', dial2: '0820001234', notBefore: inHours(1) });

// `If-Match` holds the ETag of the call as it was read. `*` moves the call in any version.
const moved = await redial('PATCH', `/v1/calls/${id}`, { notBefore: inHours(24) }, { 'if-match': '*' });
console.log(`moved: ${moved.state} until ${moved.nextAttempt.dueAt}`);

const canceled = await redial('POST', `/v1/calls/${id}/cancel`);
console.log(`then ${canceled.state}`);
