export * from './eventually.ts';
export * from './every-field.ts';
export * from './fake-pbx.ts';
export * from './fake-queues.ts';
export * from './fake-sinks.ts';
export * from './fake-watch.ts';
export * from './manual-timers.ts';
export * from './port-of.ts';
