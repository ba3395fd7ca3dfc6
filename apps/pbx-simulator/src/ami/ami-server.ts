import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import type { PbxCore } from '../channels/pbx-core.ts';
import { SimulatedSession } from './ami-session.ts';
import type { SessionSettings } from './reply.ts';

interface AmiServerOptions extends SessionSettings {
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  /** Whether every received byte is kept. */
  readonly isRecording: boolean;
}

/** The manager interface: any number of sessions. Each receives all events. */
export class AmiServer {
  readonly #options: AmiServerOptions;
  readonly #server: Server;
  readonly #sessions = new Set<SimulatedSession>();
  #received = '';
  #isSilent = false;

  constructor(core: PbxCore, options: AmiServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      const session: SimulatedSession = new SimulatedSession(socket, {
        core,
        settings: options,
        record: (bytes) => this.#record(bytes),
        onClosed: () => this.#sessions.delete(session),
      });
      this.#sessions.add(session);
      if (this.#isSilent) session.silence();
    });
    core.onEvent((event) => {
      for (const session of this.#sessions) session.sendEvent(event);
    });
  }

  /** Resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Sessions that are logged in. */
  get sessionCount(): number {
    return [...this.#sessions].filter((session) => session.authenticated).length;
  }

  #record(bytes: string): void {
    if (this.#options.isRecording) this.#received += bytes;
  }

  received(): string {
    return this.#received;
  }

  cut(): void {
    for (const session of this.#sessions) session.cut();
    this.#sessions.clear();
  }

  silence(): () => void {
    this.#isSilent = true;
    for (const session of this.#sessions) session.silence();
    return () => {
      this.#isSilent = false;
      for (const session of this.#sessions) session.resume();
    };
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
