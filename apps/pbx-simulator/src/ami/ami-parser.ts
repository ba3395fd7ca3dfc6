/** One AMI message, as Asterisk's parser passes it to an action. */
export interface AmiMessage {
  /** The value of the first header with this name, without leading blanks. Empty where there is none. */
  header(name: string): string;
  /** The values of all headers with this name. */
  all(name: string): string[];
  /** Why it cannot be an action. */
  readonly fault?: string;
}

/** main/manager.c: `inbuf` without its terminator, and AST_MAX_MANHEADERS. */
const bufferSize = 1024;
const headersMax = 128;

/**
 * Bytes → messages, by the rules of main/manager.c (get_input, do_message), the dangerous ones included. A line ends
 * at CRLF **or at a bare LF**, an empty line ends the message, and any other CR is part of the value.
 */
export class AmiParser {
  readonly #onMessage: (message: AmiMessage) => void;
  #line = '';
  #lines: string[] = [];
  #tooManyLines = false;
  #lineTooLong = false;

  constructor(onMessage: (message: AmiMessage) => void) {
    this.#onMessage = onMessage;
  }

  /** Bytes as latin1, so that none is lost. */
  feed(bytes: string): void {
    for (const char of bytes) {
      if (char === '\n') {
        const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
        this.#line = '';
        this.#onLine(line);
        continue;
      }
      this.#line += char;
      if (this.#line.length >= bufferSize) {
        // The last character is kept: it may be the first half of a CRLF.
        this.#line = char;
        this.#lineTooLong = true;
      }
    }
  }

  #onLine(line: string): void {
    if (line !== '') {
      if (this.#lines.length < headersMax) this.#lines.push(line);
      else this.#tooManyLines = true;
      return;
    }
    const lines = this.#lines;
    const fault = this.#tooManyLines
      ? 'Too many lines in message or allocation failure'
      : this.#lineTooLong
        ? 'Failed to parse message: line too long'
        : undefined;
    this.#lines = [];
    if (!this.#tooManyLines) this.#lineTooLong = false;
    this.#tooManyLines = false;
    this.#onMessage(messageOf(lines, fault));
  }
}

function messageOf(lines: readonly string[], fault: string | undefined): AmiMessage {
  const all = (name: string): string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).replace(/^[\0-\x20]+/, ''));
  return {
    all,
    header: (name) => (name === 'Action' ? all(name).find((value) => value !== '') : all(name)[0]) ?? '',
    ...(fault !== undefined && { fault }),
  };
}
