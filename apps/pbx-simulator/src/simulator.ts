import { AmiServer } from './ami/ami-server.ts';
import { openAstDb } from './astdb.ts';
import { PbxCore } from './channels/pbx-core.ts';
import { realClock, type SimulatedClock } from './clock.ts';
import { routeOf } from './dialplan/routes.ts';
import type { PhoneBehaviour } from './phones/phone.ts';
import { type Phones, SimulatedPhones } from './phones/phones.ts';

export type { SimulatedClock } from './clock.ts';
export type { PhoneBehaviour, SimulatedInvite } from './phones/phone.ts';
export type { Phones } from './phones/phones.ts';

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly username: string;
  readonly secret: string;
  /** What CoreSettings calls AsteriskVersion. */
  readonly version?: string;
  /** How many times as fast as outside phones ring and people talk; default 1. The journal's durations are inside time. */
  readonly speed?: number;
  /** In place of the real clock and `speed`. */
  readonly clock?: SimulatedClock;
  /** Trunks that exist; absent: any. */
  readonly trunks?: readonly string[];
  /** Where both sides would talk until the other hangs up, dial2 hangs up after so long. Absent: they talk until the talk limit. */
  readonly talkMs?: number;
  /** Keeps AstDB, and with it the journal, in this file. Absent: in memory. */
  readonly astDbFile?: string;
  /** What is to be recorded is written below it, as a WAV with a tone in it. Absent: nothing is recorded. */
  readonly recordingsFolder?: string;
  /** Default true: keeps every INVITE and every byte for whoever asks. A process that runs for days should not. */
  readonly recording?: boolean;
}

export interface Simulator {
  readonly host: string;
  readonly port: number;
  readonly phones: Phones;
  /** Every byte that any session sent, since the start; one character a byte (latin1). */
  received(): string;
  /** AMI sessions that are logged in. */
  readonly sessions: number;
  /** Drops every AMI connection; calls go on. */
  cut(): void;
  /** Connections stay open and nothing passes, new ones included, until the returned function is called. */
  blackhole(): () => void;
  /** A crash and a new start: live channels vanish without an event, sessions drop, AstDB stays, CoreStatus shows another start. */
  restart(): void;
  /** What a number (or all that match) does from now on; the newest rule wins. */
  setBehaviour(userOrPattern: string | RegExp, behaviour: PhoneBehaviour): void;
  stop(): Promise<void>;
}

/** Starts a scripted Asterisk 22 that speaks AMI to any number of clients, with the phones of the local PBX behind it. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = options.clock ?? realClock(options.speed);
  const isRecording = options.recording ?? true;
  const phones = new SimulatedPhones(clock, isRecording);
  const core = new PbxCore({
    clock,
    phones,
    astDb: openAstDb(options.astDbFile),
    routeOf,
    ...(options.trunks !== undefined && { trunks: options.trunks }),
    ...(options.talkMs !== undefined && { talkMs: options.talkMs }),
    ...(options.recordingsFolder !== undefined && { recordingsFolder: options.recordingsFolder }),
  });
  const host = options.host ?? '127.0.0.1';
  const server = new AmiServer(core, {
    host,
    port: options.port ?? 0,
    username: options.username,
    secret: options.secret,
    version: options.version ?? '22.10.1',
    isRecording,
  });
  const port = await server.listen();

  return {
    host,
    port,
    phones,
    received: () => server.received(),
    get sessions() {
      return server.sessionCount;
    },
    cut: () => server.cut(),
    blackhole: () => server.silence(),
    restart: () => {
      core.restart();
      server.cut();
    },
    setBehaviour: (userOrPattern, behaviour) => phones.setBehaviour(userOrPattern, behaviour),
    stop: async () => {
      core.restart();
      await server.close();
    },
  };
}
