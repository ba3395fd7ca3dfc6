import { dockerAnswers } from '@redial/servers';

const failed = new Set<string>();

/**
 * Where the tests' servers run: in containers where Docker answers, else on this machine. REDIAL_TEST_SERVERS forces one.
 * Containers that cannot be had (no image, another network than ours) are no reason to test nothing: the machine's own programs take
 * over, and a line says so. Forced, they are.
 */
export async function onTestServers<T>(
  what: string,
  places: { docker(): Promise<T>; local(): Promise<T> },
): Promise<T> {
  const forced = process.env['REDIAL_TEST_SERVERS'] || undefined;
  if (forced !== undefined && forced !== 'local' && forced !== 'docker')
    throw new Error(`REDIAL_TEST_SERVERS is "${forced}"; it can be local or docker.`);
  if (forced === 'local') return places.local();
  const answers = await dockerAnswers();
  if (forced === 'docker') {
    if (!answers) throw new Error('REDIAL_TEST_SERVERS is docker, but no Docker daemon answers.');
    return places.docker();
  }
  if (!answers || failed.has(what)) return places.local();
  try {
    return await places.docker();
  } catch (error) {
    failed.add(what); // Asked once per process: what failed after half a minute would do so for every test.
    const reason = error instanceof Error ? error.message : String(error);
    say(
      `Docker answers, but ${what} did not start there: ${reason}. Taking this machine's own programs (REDIAL_TEST_SERVERS=local does so at once).`,
    );
    return places.local();
  }
}

/** On standard error, at once: the first run fetches or builds for some seconds, and must not look hung. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
