export * from './cancels.ts';
export * from './report-links.ts';
export * from './track-attempts.ts';
