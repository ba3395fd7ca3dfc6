export { type QueueName, queueNames, RefusedJob } from './catalogue.ts';
export { createQueues, type QueuesOptions } from './create-queues.ts';
export { createWorkers, type WorkersOptions } from './create-workers.ts';
export { dialOrder } from './dial-order.ts';
export * from './jobs.ts';
export * from './queues.ts';
