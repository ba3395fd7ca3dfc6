import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type Child, type Exit, killing } from './child.ts';
import type { Progress } from './debian-packages.ts';
import { guard } from './guard.ts';
import { type RunResult, run } from './run.ts';

/** Whether a Docker daemon is available. The program alone proves nothing. */
export async function dockerAnswers(): Promise<boolean> {
  return (await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 5_000 })).code === 0;
}

/** Makes sure that the image exists: found, else fetched. Throws with Docker's reason. */
export async function pullImage(image: string, onProgress: Progress = () => {}): Promise<void> {
  if (await hasImage(image)) return;
  onProgress(`Fetching the image ${image} (first time only)`);
  const pulled = await run('docker', ['pull', '--quiet', image], { timeoutMs: 300_000 });
  if (pulled.code !== 0) throw new Error(`Docker has no image ${image} and could not fetch it: ${reasonOf(pulled)}`);
}

/** Makes sure that the image exists: found, else built from the folder's Dockerfile. Throws with Docker's reason. */
export async function buildImage(
  image: string,
  folder: string,
  buildArguments: Readonly<Record<string, string>>,
  onProgress: Progress = () => {},
): Promise<void> {
  if (await hasImage(image)) return;
  onProgress(`Building the image ${image} (first time only)`);
  const pairs = Object.entries(buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const built = await run('docker', ['build', '--tag', image, ...pairs, folder], { timeoutMs: 600_000 });
  if (built.code !== 0)
    throw new Error(`Docker has no image ${image} and could not build it from ${folder}: ${reasonOf(built)}`);
}

async function hasImage(image: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', image])).code === 0;
}

/**
 * The user of a container, so that the files it writes into our folders belong to us. Otherwise they belong to Docker's
 * root, or to the image's own user. A rootless daemon maps us to the container's root.
 */
export async function containerUser(): Promise<string> {
  const { stdout } = await run('docker', ['info', '--format', '{{.SecurityOptions}}'], { timeoutMs: 5_000 });
  return stdout.includes('rootless') ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}

/**
 * Makes a container write its output to a file. The program itself is the process that gets the signals. The entrypoint
 * is /bin/sh.
 */
export function intoFile(outputFile: string, program: string, args: readonly string[]): string[] {
  return ['-c', `exec "$0" "$@" >>'${outputFile.replaceAll("'", `'\\''`)}' 2>&1`, program, ...args];
}

/** Starts a container that behaves as a child of ours: it ends when we end, and is removed when it ends. */
export async function startContainer(
  image: string,
  namePrefix: string,
  options: readonly string[],
  command: readonly string[],
): Promise<Child> {
  const name = `${namePrefix}-${randomBytes(4).toString('hex')}`;
  const release = guard(`docker rm --force ${name}`);
  const created = await run('docker', ['run', '--detach', '--name', name, ...options, image, ...command]);
  if (created.code !== 0) {
    await run('docker', ['rm', '--force', name]);
    release();
    throw new Error(`Docker could not start ${image}: ${reasonOf(created)}`);
  }
  let exit: Exit | undefined;
  const exited = endOf(name).then(async (ended) => {
    exit = ended;
    await run('docker', ['rm', '--force', name]);
    release();
    return ended;
  });
  const signal = async (which: NodeJS.Signals) => {
    const sent = await run('docker', ['kill', '--signal', which, name]);
    if (sent.code !== 0 && exit === undefined && !/No such container|is not running/i.test(sent.stderr))
      throw new Error(`Docker could not send ${which} to ${name}: ${reasonOf(sent)}`);
  };
  const pid = await run('docker', ['inspect', '--format', '{{.State.Pid}}', name]);
  return {
    pid: Number.parseInt(pid.stdout, 10),
    exited,
    exit: () => exit,
    signal,
    kill: killing({ signal, exited }),
  };
}

/** In a process group of its own: Ctrl-C in the terminal must not end the watcher before the container. */
function endOf(name: string): Promise<Exit> {
  return new Promise((done) => {
    const watcher = spawn('docker', ['wait', name], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    watcher.stdout.on('data', (chunk) => {
      text += chunk;
    });
    watcher.once('error', () => done({ code: null, signal: null }));
    watcher.once('close', () => done({ code: /^\d+/.test(text) ? Number.parseInt(text, 10) : null, signal: null }));
  });
}

/** The last line names the fault; the ones before show the progress. */
function reasonOf({ stderr, stdout, code }: RunResult): string {
  const text = (stderr.trim() || stdout.trim()).split('\n').at(-1);
  return text || (code === undefined ? 'it took too long' : `exit code ${code}`);
}
