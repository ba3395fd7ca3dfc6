export * from './cancels.ts';
