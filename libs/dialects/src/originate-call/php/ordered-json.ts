import type { Result } from '@redial/call';
import { bytesOf, depthMax, type PhpArray, type PhpValue, pairsMax } from './php-value.ts';

/**
 * A JSON object or list → the result of PHP's `json_decode($text, true)`. `JSON.parse` would lose the order of
 * integer-like keys, the digits of large integers, and the difference between 1 and 1.0.
 *
 * A repeated key has its last value, at the position of its first. Strictly RFC 8259; an escape of half a surrogate
 * pair, for which PHP refuses the text, becomes U+FFFD.
 */
export function parseOrderedJson(text: string): Result<PhpArray> {
  try {
    return { ok: true, value: new Reader(text).read() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, message: error.message };
  }
}

class Unreadable extends Error {
  constructor(message = 'The body is not valid JSON.') {
    super(message);
  }
}

const blank = /[\t\n\r ]*/y;
const string = /"(?:[^"\\]|\\.)*"/y;
const number = /-?(?:0|[1-9][0-9]*)(?<float>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
const word = /true|false|null/y;
const words: Readonly<Record<string, PhpValue>> = { true: true, false: false, null: null };

const intMax = 2n ** 63n - 1n;

class Reader {
  readonly #text: string;
  #at = 0;
  #pairs = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): PhpArray {
    this.#skip(blank);
    const params = this.#array(1);
    if (params === undefined) throw new Unreadable();
    this.#skip(blank);
    if (this.#at < this.#text.length) throw new Unreadable();
    return params;
  }

  #value(depth: number): PhpValue {
    const value = this.#array(depth) ?? this.#string() ?? this.#number() ?? words[this.#skip(word)?.[0] ?? ''];
    if (value === undefined) throw new Unreadable();
    return value;
  }

  #array(depth: number): PhpArray | undefined {
    const close = this.#takes('{') ? '}' : this.#takes('[') ? ']' : undefined;
    if (close === undefined) return undefined;
    if (depth > depthMax) throw new Unreadable(`The body is nested more than ${depthMax} deep.`);
    const array = new Map<string, PhpValue>();
    this.#skip(blank);
    for (let index = 0; !this.#takes(close); index++) {
      if (index > 0) this.#expect(',');
      this.#pairs++;
      if (this.#pairs > pairsMax) throw new Unreadable(`The body holds more than ${pairsMax} values.`);
      const key = close === '}' ? this.#key() : String(index);
      this.#skip(blank);
      array.set(key, this.#value(depth + 1));
      this.#skip(blank);
    }
    return array;
  }

  #key(): string {
    this.#skip(blank);
    const key = this.#string();
    if (key === undefined) throw new Unreadable();
    this.#skip(blank);
    this.#expect(':');
    return key;
  }

  #string(): string | undefined {
    const written = this.#skip(string)?.[0];
    return written === undefined ? undefined : bytesOf(unescaped(written));
  }

  /** Digits alone are an int where PHP's 64 bits hold it. */
  #number(): bigint | number | undefined {
    const match = this.#skip(number);
    if (match === undefined) return undefined;
    const [written] = match;
    if (match.groups?.['float'] === '') {
      const int = BigInt(written);
      if (int <= intMax && int >= -intMax - 1n) return int;
    }
    return Number(written);
  }

  #takes(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw new Unreadable();
  }

  #skip(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const match = form.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}

/** With its quotes. */
function unescaped(written: string): string {
  try {
    return String(JSON.parse(written));
  } catch {
    throw new Unreadable();
  }
}
