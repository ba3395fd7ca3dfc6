import { randomBytes } from 'node:crypto';
import type { Exit } from './child.ts';
import { redisVersion, waitForRedis } from './redis-ping.ts';
import type { LocalRedis } from './redis-server.ts';
import { run } from './run.ts';

const image = 'redis:8';

/** Whether a Docker daemon is there to be used; the program alone proves nothing. */
export async function dockerAnswers(): Promise<boolean> {
  return (await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 5_000 })).code === 0;
}

/** The same Redis as a container. It is removed by stop(); its data stay in `dataDir`. */
export async function redisInDocker(options: {
  port: number;
  dataDir: string;
  args: readonly string[];
}): Promise<LocalRedis> {
  const { port, dataDir, args } = options;
  const name = `redial-redis-${port}-${randomBytes(3).toString('hex')}`;
  const volume = ['--volume', `${dataDir}:/data`];
  const created = await run('docker', [
    'run',
    '--detach',
    '--name',
    name,
    '--publish',
    `127.0.0.1:${port}:6379`,
    ...volume,
    image,
    'redis-server',
    ...args,
  ]);
  if (created.code !== 0)
    throw new Error(`Docker could not start ${image}: ${created.stderr.trim().split('\n').at(-1)}`);

  const watch = () =>
    run('docker', ['wait', name]).then((result): Exit => ({ code: Number.parseInt(result.stdout, 10), signal: null }));
  let exited = watch();
  const docker = async (...command: string[]) => {
    const { code, stderr } = await run('docker', command);
    if (code !== 0) throw new Error(`docker ${command[0]} failed: ${stderr.trim()}`);
  };
  await waitForRedis(port, exited);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    source: 'docker',
    version: await redisVersion(port),
    pid: undefined,
    get exited() {
      return exited;
    },
    stop: async () => {
      await docker('stop', name);
      await docker('rm', '--force', name);
    },
    kill: async () => {
      await docker('kill', name);
      await exited;
    },
    restart: async () => {
      await docker('restart', name);
      exited = watch();
      await waitForRedis(port, exited);
    },
    pause: () => docker('pause', name),
    resume: () => docker('unpause', name),
  };
}
