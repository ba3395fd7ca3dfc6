export * from './routes.ts';
export * from './settings.ts';
export * from './to-call-request.ts';
export * from './to-reply.ts';
