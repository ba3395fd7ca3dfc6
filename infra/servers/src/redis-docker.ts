import { resolve } from 'node:path';
import type { Progress } from './debian-packages.ts';
import { containerUser, intoFile, pullImage, startContainer } from './docker.ts';
import type { RedisLauncher } from './redis-launcher.ts';

/** The same Redis wherever a container of it is started. */
export const redisImage = 'redis:8';

/** Redis as a container on a port of 127.0.0.1. Throws where the image can be neither found nor fetched. */
export async function redisFromDocker(onProgress?: Progress): Promise<RedisLauncher> {
  await pullImage(redisImage, onProgress);
  return {
    source: 'docker',
    start: async ({ port, dataDir, args, file }) =>
      startContainer(
        redisImage,
        `redial-redis-${port}`,
        [
          // Published rather than on the host's network: that works where Docker runs in a virtual machine too.
          ...['--publish', `127.0.0.1:${port}:6379`, '--volume', `${resolve(dataDir)}:/data`],
          ...['--user', await containerUser(), '--entrypoint', '/bin/sh'],
        ],
        // Nobody but this machine and its containers reaches the port, and they come from an address that protected mode refuses.
        intoFile('/data/redis.log', 'redis-server', [
          ...(file === undefined ? [] : [`/data/${file}`]),
          ...args,
          ...['--protected-mode', 'no', '--dir', '/data'],
        ]),
      ),
  };
}
