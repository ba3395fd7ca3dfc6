import { dockerAnswers } from '@redial/servers';

const failed = new Set<string>();

/**
 * The tests' servers run in containers if Docker answers, else on this machine. REDIAL_TEST_SERVERS forces one of the
 * two. If containers cannot be started (no image, another network than ours), the machine's own programs take over, and
 * a line states it. If Docker is forced, that is an error.
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
    failed.add(what); // Tried once per process: a failure after half a minute would repeat in every test.
    const reason = error instanceof Error ? error.message : String(error);
    say(
      `Docker answers, but ${what} did not start there: ${reason}. Taking this machine's own programs (REDIAL_TEST_SERVERS=local does so at once).`,
    );
    return places.local();
  }
}

/** On standard error, at once: the first run fetches or builds for some seconds, and must not seem to hang. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
