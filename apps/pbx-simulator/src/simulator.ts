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
  /** The AsteriskVersion of CoreSettings. */
  readonly version?: string;
  /**
   * How many times faster than real time phones ring and people talk. Default 1. The journal's durations are simulated
   * time.
   */
  readonly speed?: number;
  /** Replaces the real clock and `speed`. */
  readonly clock?: SimulatedClock;
  /** The trunks. Absent: any. */
  readonly trunks?: readonly string[];
  /** Where neither side would hang up, dial2 hangs up after this time. Absent: they talk until the talk limit. */
  readonly talkMs?: number;
  /** Keeps AstDB, and with it the journal, in this file. Absent: in memory. */
  readonly astDbFile?: string;
  /** The folder of the recordings, each a WAV with a tone. Absent: nothing is recorded. */
  readonly recordingsFolder?: string;
  /** Default true: keeps every INVITE and every byte for tests. A process that runs for days should not. */
  readonly recording?: boolean;
}

export interface Simulator {
  readonly host: string;
  readonly port: number;
  readonly phones: Phones;
  /** Every byte of every session since the start, one character a byte (latin1). */
  received(): string;
  /** AMI sessions that are logged in. */
  readonly sessions: number;
  /** Drops every AMI connection. Calls go on. */
  cut(): void;
  /** Connections stay open and pass nothing, new ones included, until the returned function is called. */
  blackhole(): () => void;
  /**
   * A crash and a new start: live channels vanish without an event, sessions drop, AstDB stays, CoreStatus shows
   * another start.
   */
  restart(): void;
  /** Sets the behaviour of a number, or of all that match, from now on. The newest rule wins. */
  setBehaviour(userOrPattern: string | RegExp, behaviour: PhoneBehaviour): void;
  stop(): Promise<void>;
}

/** Starts a scripted Asterisk 22 with AMI for any number of clients, and the phones of the local PBX. */
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
