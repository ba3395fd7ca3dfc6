/**
 * The part of the server suites that `npm test` runs: one file for each kind of behaviour. All other files run in
 * `npm run test:rest`. A folder's pattern includes files that are added to it. A file of more than 20 s is named on its
 * own.
 */
export const main = [
  // From the request to the CDR, on real Asterisk.
  ...[
    'outcomes',
    'retries-and-schedules',
    'cancel',
    'limits',
    'priorities',
    'webhooks',
    'recordings',
    'transfers',
    'restarts',
    'headers-and-variables',
    'dialup',
    'originate-call',
    'call-originate-act',
    'click2dial',
    'click2dial-cdrs',
    'vendor-samples',
    'test-numbers',
    'start',
    'production',
  ].map((name) => `test/e2e/${name}.spec.ts`),
  // Each library and the API on a real Redis.
  'test/integration/{api,store,queue,sinks,waiting,hostile-input}/**/*.spec.ts',
  'test/integration/test-servers.spec.ts',
  // One file for each kind of disturbance. The other files of its folder continue it.
  'test/integration/redis-setups/cluster.spec.ts',
  'test/integration/storage-faults/lost-log.spec.ts',
  'test/integration/crash-points/accepting.spec.ts',
  // One cell in each row and each column of the fault table.
  'test/faults/one-of-each.spec.ts',
] as const;
