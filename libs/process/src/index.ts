export * from './checks/link-checks.ts';
export * from './checks/permits-check.ts';
export * from './health/health.ts';
export * from './health/metrics-access.ts';
export * from './health/ops-endpoints.ts';
export * from './start-process.ts';
