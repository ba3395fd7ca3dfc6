// 0820071234 is busy twice and then answers. Each attempt has its own result.
import { ended, redial } from './redial.mjs';

const { id } = await redial('POST', '/v1/calls', {
  dial1: '1001',
  dial2: '0820071234',
  retryPolicy: {
    maxRetries: 3,
    delaySeconds: 60,
    // The result of an attempt can set its own delay and number of retries.
    perDisposition: { busy: { delaySeconds: 2 }, no_answer: { maxRetries: 1, delaySeconds: 300 } },
  },
});

const { state, attempts } = await ended(id);
for (const { number, disposition } of attempts) console.log(`attempt ${number}: ${disposition}`);
console.log(state);
