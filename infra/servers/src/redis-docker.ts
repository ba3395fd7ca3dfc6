import { resolve } from 'node:path';
import type { Progress } from './debian-packages.ts';
import { containerUser, intoFile, pullImage, startContainer } from './docker.ts';
import type { RedisLauncher } from './redis-launcher.ts';

/** The image of every Redis container. */
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
          // A published port also works where Docker runs in a virtual machine, unlike the host's network.
          ...['--publish', `127.0.0.1:${port}:6379`, '--volume', `${resolve(dataDir)}:/data`],
          ...['--user', await containerUser(), '--entrypoint', '/bin/sh'],
        ],
        // Only this machine and its containers reach the port. They come from an address that protected mode refuses.
        intoFile('/data/redis.log', 'redis-server', [
          ...(file === undefined ? [] : [`/data/${file}`]),
          ...args,
          ...['--protected-mode', 'no', '--dir', '/data'],
        ]),
      ),
  };
}
