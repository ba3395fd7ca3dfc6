import { join } from 'node:path';
import { containerUser, type Exit, intoFile, type RunningProgram, repositoryRoot } from '@redial/servers';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';

export interface ContainerOptions {
  readonly image: string;
  readonly program: string;
  readonly args: readonly string[];
  /** The program writes into them, under the same paths as here. The first is its working directory. */
  readonly folders: readonly [string, ...string[]];
  /** In one of the folders. */
  readonly outputFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts one program in a container that acts like a process of this machine: on the machine's network, with its paths,
 * as its user. No port is published, so a listener on 127.0.0.1 is reachable only from here. The container is removed
 * when the program has ended.
 *
 * Signals go to the program itself, exactly as to a process. A paused program is one that SIGSTOP stopped: Docker's own
 * pause would refuse a later SIGKILL.
 */
export async function startContainer(options: ContainerOptions): Promise<RunningProgram> {
  const { image, program, args, folders, outputFile, env = {} } = options;
  const infra = join(repositoryRoot, 'infra');
  const started = await new GenericContainer(image)
    .withNetworkMode('host')
    .withUser(await containerUser())
    .withBindMounts([
      ...folders.map((folder) => ({ source: folder, target: folder })),
      { source: infra, target: infra, mode: 'ro' as const },
    ])
    .withWorkingDir(folders[0])
    .withEnvironment({ ...env })
    .withEntrypoint(['/bin/sh'])
    .withCommand(intoFile(outputFile, program, args))
    .start();
  const docker = (await getContainerRuntimeClient()).container.getById(started.getId());

  let exit: Exit | undefined;
  const exited = docker
    .wait()
    .then(
      ({ StatusCode: code }: { StatusCode: number }): Exit => ({ code, signal: null }),
      (): Exit => ({ code: null, signal: null }),
    )
    .then(async (ended) => {
      exit = ended;
      await docker.remove({ force: true, v: true }).catch(() => {}); // Ryuk removes the container if we cannot.
      return ended;
    });
  const signal = async (name: NodeJS.Signals) => {
    await docker.kill({ signal: name }).catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404 && error.statusCode !== 409) throw error; // Both mean that it has ended.
    });
  };
  return {
    pid: (await docker.inspect()).State.Pid,
    exited,
    exit: () => exit,
    signal,
    kill: async () => {
      await signal('SIGKILL');
      await exited;
    },
    again: async (more, timeoutMs) => {
      // The limit applies inside the container: a program that hangs would stay there if only our waiting ended.
      const deadline = ['timeout', '--signal=KILL', String(timeoutMs / 1_000)];
      try {
        const { exitCode, stdout, stderr } = await started.exec([...deadline, program, ...more]);
        return { code: exitCode, stdout, stderr };
      } catch (error) {
        return { code: undefined, stdout: '', stderr: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
