import type { Random } from '../simulation/random.ts';

const nasty: readonly Uint8Array[] = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    '\r',
    '\n',
    '\0',
    ':',
    ': ',
    '|',
    '%00',
    '%',
    '"',
    '\\',
    '{',
    '[',
    '&',
    '=',
    '${',
    ';',
    ',',
  ],
  ...['\u2028', '\ufeff', '٣', '𝕏', '__proto__', 'constructor', '1e999', '-0', '99999999999999999999', 'NaN', 'null'],
].map((text) => Buffer.from(text));
const notUtf8 = [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]].map((b) => Buffer.from(b));

/** Bytes → other bytes: cut, doubled, flipped, stretched, or with an insertion. */
export function mangled(random: Random, bytes: Uint8Array): Buffer {
  let out: Buffer = Buffer.from(bytes);
  for (let n = random.int(1, 4); n > 0; n--) out = mangledOnce(random, out);
  return out;
}

function mangledOnce(random: Random, bytes: Buffer): Buffer {
  const at = random.int(0, bytes.length);
  const till = Math.min(bytes.length, at + random.int(0, 40));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, till), bytes.subarray(till)];
  const between = (...middle: readonly Uint8Array[]) => Buffer.concat([before, ...middle, after]);
  switch (random.int(0, 7)) {
    case 0:
      return Buffer.from(before);
    case 1:
      return between();
    case 2:
      return between(piece, piece);
    case 3:
      return between(piece, random.pick(nasty));
    case 4:
      return between(random.pick(nasty));
    case 5:
      return between(piece, random.pick(notUtf8));
    case 6:
      return between(Buffer.from(piece.map((byte) => byte ^ (1 << random.int(0, 7)))));
    default:
      return between(...Array.from({ length: bytes.length > 5_000 ? 2 : random.pick([2, 50, 1_000]) }, () => piece));
  }
}

/** Random bytes. */
export function noise(random: Random, lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: random.int(0, lengthMax) }, () => random.int(0, 255)));
}
