import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';

export interface AmiAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** One packet as it arrived, without its blank line. */
export class Packet {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The first header of this name. */
  get(name: string): string | undefined {
    return this.text
      .split('\r\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  }

  get event(): string | undefined {
    return this.get('Event');
  }
}

const listRows = new Set(['CoreShowChannel', 'DBGetResponse', 'DBGetTreeResponse', 'ListDialplan', 'Status']);

/** AMI without our adapter: sends any bytes and keeps every packet. Tests what the adapter hides or forbids. */
export class RawAmi {
  readonly packets: Packet[] = [];
  banner = '';
  closed = false;
  readonly #socket: Socket;
  #rest = '';
  #lastActionId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#feed(bytes.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async connect({ host, port }: Pick<AmiAccess, 'host' | 'port'>): Promise<RawAmi> {
    const socket = connect(port, host);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const ami = new RawAmi(socket);
    await vi.waitFor(() => {
      if (ami.banner === '') throw new Error('no banner came');
    }, 30_000);
    return ami;
  }

  static async login(access: AmiAccess): Promise<RawAmi> {
    const ami = await RawAmi.connect(access);
    const reply = await ami.act(['Action', 'Login'], ['Username', access.username], ['Secret', access.secret]);
    if (reply.get('Response') !== 'Success') throw new Error(`the login failed: ${reply.text}`);
    return ami;
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /** Sends headers unchanged, adds an ActionID if there is none, and waits for the response. */
  async act(...headers: readonly (readonly [name: string, value: string])[]): Promise<Packet> {
    const given = headers.find(([name]) => name === 'ActionID')?.[1];
    const actionId = given ?? this.newActionId();
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.send(`${lines}${given === undefined ? `ActionID: ${actionId}\r\n` : ''}\r\n`);
    return this.response(actionId);
  }

  newActionId(): string {
    this.#lastActionId += 1;
    return `raw-${this.#lastActionId}`;
  }

  response(actionId: string): Promise<Packet> {
    return this.packet(
      (one) => one.get('Response') !== undefined && one.event === undefined && one.get('ActionID') === actionId,
    );
  }

  /** The first packet, past or future, for which the predicate holds. */
  packet(predicate: (packet: Packet) => boolean): Promise<Packet> {
    return vi.waitFor(
      () => {
        const found = this.packets.find(predicate);
        if (found === undefined)
          throw new Error(`no such packet; the last of ${this.packets.length}: ${this.packets.at(-1)?.text}`);
        return found;
      },
      { timeout: 45_000, interval: 10 },
    );
  }

  /** Events: neither responses nor the rows of a requested list. */
  events(): Packet[] {
    return this.packets.filter(
      ({ event }) => event !== undefined && !listRows.has(event) && !event.endsWith('Complete'),
    );
  }

  /** Events that name an attempt, by any of their ids. */
  eventsOf(attemptId: string): Packet[] {
    return this.events().filter((packet) => packet.text.includes(attemptId));
  }

  end(): void {
    this.#socket.destroy();
  }

  #feed(text: string): void {
    this.#rest += text;
    if (this.banner === '') {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      this.banner = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
    }
    for (let end = this.#rest.indexOf('\r\n\r\n'); end >= 0; end = this.#rest.indexOf('\r\n\r\n')) {
      this.packets.push(new Packet(this.#rest.slice(0, end)));
      this.#rest = this.#rest.slice(end + 4);
    }
  }
}
