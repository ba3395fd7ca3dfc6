import type { Socket } from 'node:net';
import type { PbxCore } from '../channels/pbx-core.ts';
import { answerAction } from './actions.ts';
import { type AmiMessage, AmiParser } from './ami-parser.ts';
import { type AmiEvent, eventText, passesEventFilter } from './event.ts';
import type { SessionSettings, SessionState } from './reply.ts';

interface SimulatedSessionOptions {
  readonly core: PbxCore;
  readonly settings: SessionSettings;
  /** Receives every byte that the client sends, one character a byte. */
  record(bytes: string): void;
  onClosed(): void;
}

/** One TCP connection to the simulated manager interface. */
export class SimulatedSession implements SessionState {
  readonly core: PbxCore;
  readonly settings: SessionSettings;
  authenticated = false;
  wantsEvents = true;
  challenge = '';
  readonly #socket: Socket;
  readonly #parser = new AmiParser((message) => this.#onMessage(message));
  #isSilent = false;
  #held = '';
  #isClosing = false;

  constructor(socket: Socket, { core, settings, record, onClosed }: SimulatedSessionOptions) {
    this.core = core;
    this.settings = settings;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      record(text);
      this.#parser.feed(text);
    });
    socket.on('error', () => {});
    socket.on('close', onClosed);
    this.send('Asterisk Call Manager/11.0.0\r\n');
  }

  send(text: string): void {
    if (this.#isSilent) this.#held += text;
    else this.#socket.write(text, 'latin1');
  }

  sendEvent(event: AmiEvent): void {
    if (!this.authenticated || !this.wantsEvents) return;
    const text = eventText(event);
    if (passesEventFilter(text)) this.send(text);
  }

  /** Sends what is still buffered, then closes. */
  end(): void {
    this.#isClosing = true;
    this.#socket.end();
  }

  cut(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  /** The connection is dead but open: nothing is read, nothing is sent. */
  silence(): void {
    this.#isSilent = true;
    this.#socket.pause();
  }

  /** Held-back data of both directions arrive late, as TCP delivers them. */
  resume(): void {
    this.#isSilent = false;
    if (this.#held !== '') this.#socket.write(this.#held, 'latin1');
    this.#held = '';
    this.#socket.resume();
  }

  #onMessage(message: AmiMessage): void {
    if (!this.#isClosing) answerAction(this, message);
  }
}
