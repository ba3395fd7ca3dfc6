export * from './checks/paused-queues.ts';
export * from './checks/permits-check.ts';
export * from './health/health.ts';
export * from './health/metrics-access.ts';
export * from './health/ops-server.ts';
export * from './log-durability.ts';
export * from './shutdown.ts';
