// 0820071234 is busy twice and then answers. Each attempt has its own result.
import { ended, redial } from './redial.mjs';

const { id } = await redial('POST', '/v1/calls', {
  dial1: '1001',
  dial2: '0820071234',
  retryPolicy: {
    maxRetries: 3,
    delaySeconds: 60,
    // Another delay, or fewer retries, by the result of an attempt.
    perDisposition: { busy: { delaySeconds: 2 }, no_answer: { maxRetries: 1, delaySeconds: 300 } },
  },
});

const { state, attempts } = await ended(id);
for (const { number, disposition } of attempts) console.log(`attempt ${number}: ${disposition}`);
console.log(state);
