import { createSocket } from 'node:dgram';
import { type FSWatcher, mkdirSync, watch, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repositoryRoot } from './cache-folder.ts';
import { type Child, endChild } from './child.ts';
import type { Progress } from './debian-packages.ts';
import { debianPrograms } from './debian-programs.ts';
import { freePort } from './free-ports.ts';
import { startNumberedPhones } from './numbered-phones.ts';
import type { Programs } from './programs.ts';
import { type Invite, InviteLog, type Phone } from './sip-invites.ts';
import { tone, waveFile } from './sound.ts';

export interface SipPhonesOptions {
  /** The folder of the logs. */
  readonly runDir: string;
  /** 0 or absent: a free one. */
  readonly agentPort?: number;
  readonly carrierPort?: number;
  /** Default true. False: the INVITEs are not recorded, and the phones need a little less of the machine. */
  readonly logInvites?: boolean;
  /** Default: from Debian's packages. */
  readonly programs?: Programs;
  readonly onProgress?: Progress;
}

/** The phones that sipp plays. */
type SippPhone = Exclude<Phone, 'numbered'>;

export interface SipPhones {
  readonly agentPort: number;
  readonly carrierPort: number;
  /** The port of the phones without sipp: see startNumberedPhones. */
  readonly numberedPort: number;
  readonly pids: Readonly<Record<SippPhone, number>>;
  /** The log of every received INVITE. Empty without `logInvites`. */
  readonly logFiles: Readonly<Record<SippPhone, string>>;
  /** All since the start or the last reset(), in the order in which the phones received them. */
  invites(): Invite[];
  invitesTo(user: string): Invite[];
  /** The first INVITE, past or future, that the predicate accepts. */
  waitForInvite(predicate: (invite: Invite) => boolean, timeoutMs: number): Promise<Invite>;
  /** Drops the INVITEs, and restarts the count of the numbers that are busy twice. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the phones: sipp as callee, once for the agents and once for the carrier. `scenarios/phones.xml` defines each
 * number's behaviour; `infra/servers/README.md` has the table for people.
 */
export async function startSipPhones(options: SipPhonesOptions): Promise<SipPhones> {
  const programs = options.programs ?? (await debianPrograms(options.onProgress));
  const runDir = resolve(options.runDir);
  mkdirSync(runDir, { recursive: true });
  writeFileSync(join(runDir, 'voice.wav'), waveFile(tone(660, 1_000)));
  const ports = {
    agents: await freePort('udp', options.agentPort),
    carrier: await freePort('udp', options.carrierPort),
  };
  const logging = options.logInvites ?? true;
  const children: Child[] = [];
  try {
    for (const phone of ['agents', 'carrier'] as const)
      children.push(await startPhone(programs, runDir, phone, ports[phone], logging));
  } catch (error) {
    await Promise.all(children.map((child) => child.kill()));
    throw error;
  }

  const logs = (['agents', 'carrier'] as const).map((phone) => new InviteLog(logFile(runDir, phone), phone));
  let known: Invite[] = [];
  const listeners = new Set<(invite: Invite) => void>();
  const take = (invite: Invite) => {
    known.push(invite);
    for (const listener of listeners) listener(invite);
  };
  const read = () => {
    for (const invite of logs.flatMap((log) => log.readNew())) take(invite);
  };
  const numbered = await startNumberedPhones(take);
  const watchers: FSWatcher[] = logging
    ? (['agents', 'carrier'] as const).map((phone) => watch(logFile(runDir, phone), read))
    : [];
  const invites = () => {
    read();
    return known.toSorted((a, b) => a.at - b.at);
  };
  return {
    agentPort: ports.agents,
    carrierPort: ports.carrier,
    numberedPort: numbered.port,
    logFiles: { agents: logFile(runDir, 'agents'), carrier: logFile(runDir, 'carrier') },
    pids: { agents: (children[0] as Child).pid, carrier: (children[1] as Child).pid },
    invites,
    invitesTo: (user) => invites().filter((invite) => invite.user === user),
    waitForInvite: (predicate, timeoutMs) =>
      new Promise((done, failed) => {
        const past = invites().find(predicate);
        if (past !== undefined) return done(past);
        const listener = (invite: Invite) => {
          if (!predicate(invite)) return;
          listeners.delete(listener);
          clearTimeout(timer);
          done(invite);
        };
        const timer = setTimeout(() => {
          listeners.delete(listener);
          const users = invites().map((invite) => invite.user);
          failed(
            new Error(
              `No such INVITE within ${timeoutMs} ms. ${users.length} came${users.length ? `, last for ${users.slice(-5).join(', ')}` : ''}.`,
            ),
          );
        }, timeoutMs);
        listeners.add(listener);
      }),
    reset: async () => {
      await Promise.all(Object.values(ports).map((port) => exchange(port, resetMessage)));
      read();
      known = [];
    },
    stop: async () => {
      for (const watcher of watchers) watcher.close();
      numbered.close();
      await Promise.all(children.map((child) => endChild(child, () => child.signal('SIGKILL'), 1_000)));
      read();
    },
  };
}

const logFile = (runDir: string, phone: SippPhone) => join(runDir, `${phone}.invites.log`);

async function startPhone(
  programs: Programs,
  runDir: string,
  phone: SippPhone,
  port: number,
  logging: boolean,
): Promise<Child> {
  const scenario = join(repositoryRoot, 'infra/servers/scenarios/phones.xml');
  writeFileSync(logFile(runDir, phone), ''); // The file must exist before it is watched.
  const child = await programs.start(
    'sipp',
    [
      ...['-sf', scenario, '-i', '127.0.0.1', '-p', String(port), '-nostdin', '-aa'],
      ...['-trace_err', '-error_file', join(runDir, `${phone}.errors.log`)],
      ...(logging ? ['-trace_logs', '-log_file', logFile(runDir, phone)] : []),
      ...['-buff_size', '4194304', '-max_recv_loops', '5000', '-max_sched_loops', '5000'],
      // On a busy machine sipp is often late, and its own watchdog would end it.
      ...['-watchdog_minor_maxtriggers', '100000000', '-watchdog_major_maxtriggers', '100000000'],
    ],
    { runDir, outputFile: join(runDir, `${phone}.console.log`), env: { TERM: 'dumb' } },
  );
  for (let tries = 0; tries < 100 && child.exit() === undefined; tries++) {
    if ((await exchange(port, optionsMessage, 100).catch(() => '')) !== '') return child;
  }
  await child.kill();
  throw new Error(`The ${phone}' phones (sipp) did not start; see ${phone}.console.log in ${runDir}.`);
}

const message = (method: string, user: string, id: string, cseqMethod: string, port: number, own: number) =>
  [
    `${method} sip:${user}@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK-${id}`,
    `From: <sip:local@127.0.0.1:${own}>;tag=${id}`,
    `To: <sip:${user}@127.0.0.1:${port}>`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${cseqMethod}`,
    `Contact: <sip:local@127.0.0.1:${own}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

type MessageFor = (port: number, own: number, id: string) => { ask: string; acknowledge?: string };
const optionsMessage: MessageFor = (port, own, id) => ({ ask: message('OPTIONS', 'ping', id, 'OPTIONS', port, own) });
const resetMessage: MessageFor = (port, own, id) => ({
  ask: message('INVITE', 'reset', id, 'INVITE', port, own),
  acknowledge: message('ACK', 'reset', id, 'ACK', port, own),
});

/** Sends one SIP request and waits for the first answer. */
function exchange(port: number, build: MessageFor, timeoutMs = 2_000): Promise<string> {
  return new Promise((done, failed) => {
    const socket = createSocket('udp4');
    const end = (finish: () => void) => {
      clearTimeout(timer);
      socket.close();
      finish();
    };
    const timer = setTimeout(() => end(() => failed(new Error('The phones do not answer.'))), timeoutMs);
    socket.bind(0, '127.0.0.1', () => {
      const { ask, acknowledge } = build(
        port,
        socket.address().port,
        `local-${process.pid}-${socket.address().port}-${Date.now()}`,
      );
      socket.once('message', (answer) => {
        if (acknowledge === undefined) return end(() => done(String(answer)));
        socket.send(acknowledge, port, '127.0.0.1', () => end(() => done(String(answer))));
      });
      socket.send(ask, port, '127.0.0.1');
    });
  });
}
