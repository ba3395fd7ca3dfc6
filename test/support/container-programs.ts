import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, debianArchitecture, debianSuite, type Programs, repositoryRoot } from '@redial/servers';
import { startContainer } from './containers.ts';
import { say } from './test-servers.ts';

const folder = join(repositoryRoot, 'infra/docker/test-pbx');

/**
 * Asterisk and the phones in containers of one image, which is built the first time, and again when its Dockerfile
 * changes.
 */
export async function containerPrograms(): Promise<Programs> {
  const image = pbxImage();
  await buildImage(image, folder, { SUITE: debianSuite }, say);
  return {
    modules: `/usr/lib/${debianArchitecture().triplet}/asterisk/modules`,
    data: '/usr/share/asterisk',
    start: (program, args, { runDir, alsoWrites = [], outputFile, env }) =>
      startContainer({
        image,
        program,
        args,
        folders: [runDir, ...alsoWrites.filter((other) => !other.startsWith(`${runDir}/`))],
        outputFile,
        ...(env && { env }),
      }),
  };
}

function pbxImage(): string {
  const dockerfile = createHash('sha256').update(readFileSync(join(folder, 'Dockerfile')));
  return `redial-test-pbx:${debianSuite}-${dockerfile.digest('hex').slice(0, 8)}`;
}
