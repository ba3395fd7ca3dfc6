import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listenForInterruption } from './interruption.ts';
import { help, parseOptions, type StartOptions } from './options.ts';
import { drainSeconds, type Stoppable, startStack } from './stack.ts';

/**
 * `npm start`: the whole main job on this machine. It starts Redis, a PBX (simulated, or a real Asterisk with SIP
 * phones), the API, one dialer, one results process. Ctrl-C ends everything that it started, and nothing else.
 *
 * Exit codes: 0 after Ctrl-C, 130 after a second Ctrl-C or one before everything was up. 1 when a part failed, 2 for a
 * wrong option.
 */
/** Only the owner may read the files of this process and of its children. */
process.umask(0o077);

const root = fileURLToPath(new URL('../../..', import.meta.url));

// A closed output (`head`, a closed terminal) must not keep this process from ending its children.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const parsed = parseOptions(process.argv.slice(2), process.env);
switch (parsed.type) {
  case 'help':
    console.log(help);
    break;
  case 'error':
    console.error(`${parsed.message}\n\n${help}`);
    process.exitCode = 2;
    break;
  case 'run':
    // At once: an aborted download may still be waiting.
    process.exit(await start(parsed.options));
}

async function start(options: StartOptions): Promise<number> {
  const started: Stoppable[] = [];
  const breakOff = new AbortController();
  // No child outlives this process: see infra/servers/src/child.ts.
  const interruption = listenForInterruption(() => process.exit(130));
  const starting = startStack({ root, options, started, signal: breakOff.signal });
  let graceMs = 3_000;
  try {
    const stack = await Promise.race([starting, interruption.wanted]);
    if (stack === 'interrupted') return 130;
    console.log(stack.banner);
    const end = await Promise.race([stack.failed, interruption.wanted]);
    if (end === 'interrupted') {
      graceMs = (drainSeconds + 5) * 1_000;
      return 0;
    }
    console.error(`\n${end}`);
    return 1;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    if (started.length > 0) console.log(`\nStopping … (calls that ring are waited for; Ctrl-C again ends at once)`);
    breakOff.abort();
    // A part that is still starting is ended too, once it runs.
    await Promise.race([starting.catch(() => undefined), wait(5_000)]);
    for (const part of started.reverse()) await part.stop(graceMs);
    if (started.length > 0) console.log('Stopped. Calls that were waiting are kept, and dialled after the next start.');
  }
}
