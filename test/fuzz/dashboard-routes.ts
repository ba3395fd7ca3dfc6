import { appRoutes } from '@bull-board/api/dist/routes.js';

/** Every address of Bull Board, the pages and the API, from its own table: a new version brings its new ones. */
export const dashboardRoutes: readonly { readonly method: string; readonly path: string }[] = [
  appRoutes.entryPoint,
  ...appRoutes.api,
].flatMap(({ method, route }) =>
  [route].flat().flatMap((path) => [method].flat().map((each) => ({ method: each, path: `/admin/queues${path}` }))),
);

/** Values for the parts of an address. */
export const queueNames = [
  'dial',
  'results',
  'deliveries',
  'no-such-queue',
  '__proto__',
  '%00',
  'x%25',
  '%zz',
  'x%',
  '%c0%af',
];
export const queueStatuses = ['failed', 'delayed', 'completed', 'waiting', 'latest', 'x'];
/** Bodies and queries of the dashboard, right and wrong. */
export const dashboardBodies = [
  '{}',
  '{"name":"x","data":{},"options":{}}',
  '{"jobData":{"callId":"call_0"}}',
  '{"delay":0}',
  '{"priority":-1}',
  '{"concurrency":1e9}',
  '{"max":0,"duration":0}',
  '[]',
];
export const dashboardQueries = [
  '',
  '?activeQueue=dial&status=delayed&page=1',
  '?page=-1&jobsPerPage=1e9',
  '?depth=99',
  '?queueName=x',
  '?queueName=x%',
  '?queueName=%25zz',
  '?queueName=%c0%af',
  '?queueName=dial&queueName=dial',
];
