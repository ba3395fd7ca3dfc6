import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeAsteriskConfiguration } from './asterisk-configuration.ts';
import { type Exit, endChild } from './child.ts';
import type { Progress } from './debian-packages.ts';
import { debianPrograms } from './debian-programs.ts';
import { freePort } from './free-ports.ts';
import type { Programs, RunningProgram } from './programs.ts';

export interface AsteriskOptions {
  /** Configuration, AstDB and logs. A second start with the same folder finds the journal of the first. */
  readonly runDir: string;
  /** The secret of the manager user. Absent: the tests' own. */
  readonly secret?: string;
  /** 0 or absent: a free one. */
  readonly amiPort?: number;
  readonly sipPort?: number;
  /** Where the agents' phones listen, and the carrier's: see startSipPhones. */
  readonly agentPhonesPort: number;
  readonly carrierPhonesPort: number;
  /** Absent: these phones are dead. */
  readonly numberedPhonesPort?: number;
  /** The port of the phones that a test controls: see startScriptedPhones. Absent: they are dead. */
  readonly scriptedPhonesPort?: number;
  /** More SIP threads, and only errors in the log: for load tests. */
  readonly maxLoadTuning?: boolean;
  /** Default: from Debian's packages. */
  readonly programs?: Programs;
  readonly onProgress?: Progress;
}

export interface AsteriskAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

export interface LocalAsterisk {
  /** Has the other user's rights, except to originate. */
  readonly observer: { readonly username: string; readonly secret: string };
  readonly ami: AsteriskAccess;
  readonly sipPort: number;
  readonly version: string;
  /** Of the present process: a new one after restart(). */
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly logFile: string;
  /** The folder of MixMonitor's files: Asterisk's `<astspooldir>/monitor`. The first recording creates it. */
  readonly recordingsFolder: string;
  /** Runs a command as on Asterisk's own console. It needs no AMI and no rights there. */
  cli(command: string): Promise<string>;
  /** Ends it for good, calls included. The files stay. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Starts it again with the same ports, configuration and AstDB. Ends it first if it runs. */
  restart(): Promise<void>;
  /** Alive but silent: sockets stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * Starts a real Asterisk on 127.0.0.1 with the agents 1000–1999, 552 and 557, the trunks `carrier` and `carrier2`, and
 * a few queues.
 */
export async function startAsterisk(options: AsteriskOptions): Promise<LocalAsterisk> {
  const programs = options.programs ?? (await debianPrograms(options.onProgress));
  const runDir = resolve(options.runDir);
  const amiPort = await freePort('tcp', options.amiPort);
  const sipPort = await freePort('udp', options.sipPort);
  const secret = options.secret ?? 'redial-local';
  const dead = await openDeadContact();
  const sockets = socketFolder(runDir);
  const configuration = writeAsteriskConfiguration({
    runDir,
    socketDir: sockets.folder,
    modules: programs.modules,
    data: programs.data,
    amiPort,
    secret,
    sipPort,
    deadPort: dead.port,
    agentPhonesPort: options.agentPhonesPort,
    carrierPhonesPort: options.carrierPhonesPort,
    numberedPhonesPort: options.numberedPhonesPort ?? dead.port,
    scriptedPhonesPort: options.scriptedPhonesPort ?? dead.port,
    maxLoadTuning: options.maxLoadTuning ?? false,
  });

  const outputFile = join(runDir, 'log/console');
  const cliOf = async (child: RunningProgram, command: string) => {
    const { code, stdout, stderr } = await child.again(['-C', configuration, '-r', '-x', command], 30_000);
    if (code !== 0) throw new Error(`Asterisk's console did not take "${command}": ${(stderr || stdout).trim()}`);
    return stdout;
  };
  const start = async () => {
    const child = await programs.start('asterisk', ['-f', '-C', configuration], {
      runDir,
      alsoWrites: [sockets.folder],
      outputFile,
    });
    try {
      await fullyBooted(child, (command) => cliOf(child, command), join(sockets.folder, 'asterisk.ctl'));
    } catch (error) {
      await child.kill();
      throw new Error(`${(error as Error).message} Its last words: ${lastWords(outputFile)}`);
    }
    return child;
  };
  const release = () => {
    dead.close();
    sockets.remove();
  };

  let child = await start().catch((error: unknown) => {
    release();
    throw error;
  });
  const cli = (command: string) => cliOf(child, command);
  const end = () => endChild(child, () => cli('core stop now').catch(() => child.signal('SIGTERM')), 5_000);
  return {
    ami: { host: '127.0.0.1', port: amiPort, username: 'redial', secret },
    observer: { username: 'redial-observer', secret },
    sipPort,
    version: /Asterisk (\S+)/.exec(await cli('core show version'))?.[1] ?? 'unknown',
    logFile: join(runDir, 'log/full'),
    recordingsFolder: join(runDir, 'spool/monitor'),
    get pid() {
      return child.pid;
    },
    get exited() {
      return child.exited;
    },
    cli,
    stop: async () => {
      await end();
      release();
    },
    kill: () => child.kill(),
    restart: async () => {
      await end();
      child = await start();
    },
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
  };
}

/** `core waitfullybooted` waits by itself. This function only waits for the console's socket. */
async function fullyBooted(
  child: RunningProgram,
  cli: (command: string) => Promise<string>,
  socket: string,
): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until && child.exit() === undefined) {
    if (existsSync(socket) && (await cli('core waitfullybooted').catch(() => '')).includes('fully booted')) return;
    await wait(20);
  }
  const exit = child.exit();
  throw new Error(
    exit === undefined
      ? 'Asterisk did not boot within 30 s.'
      : `Asterisk ended while booting (${exit.signal ?? `code ${exit.code}`}).`,
  );
}

/**
 * The agents 16xx have a contact that accepts every packet and answers none. This process holds its port, so that no
 * other program listens there.
 */
async function openDeadContact(): Promise<{ port: number; close(): void }> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  socket.unref();
  let open = true;
  return {
    port: socket.address().port,
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}

/** A Unix socket's path holds about 100 characters: a deep run folder needs a shorter socket folder. */
function socketFolder(runDir: string): { folder: string; remove(): void } {
  if (runDir.length < 80) {
    const folder = join(runDir, 'run');
    mkdirSync(folder, { recursive: true });
    rmSync(join(folder, 'asterisk.ctl'), { force: true });
    return { folder, remove: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'redial-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function lastWords(file: string): string {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return lines.slice(-3).join(' · ');
}
