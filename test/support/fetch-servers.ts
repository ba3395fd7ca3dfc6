import { debianPackages, dockerAnswers } from '@redial/servers';
import { say } from './test-servers.ts';

/**
 * Fetches the servers' packages while the pure specs run, so that a fresh clone does not wait for them. Not awaited: whatever
 * fails here fails again, with its reason, in the first test that needs the server.
 */
export default function fetchServers(): void {
  void fetchAll().catch(() => {});
}

async function fetchAll(): Promise<void> {
  const place = process.env['REDIAL_TEST_SERVERS'] || undefined;
  if (place === 'docker' || (place === undefined && (await dockerAnswers()))) return;
  await Promise.all([debianPackages('redis', say), debianPackages('asterisk', say)]);
}
