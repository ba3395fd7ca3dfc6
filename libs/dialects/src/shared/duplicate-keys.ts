import { pointer, shorten } from './field-error.ts';

/** Most steps of a pointer, and most pointers, that are reported. */
const stepsMax = 20;
const foundMax = 20;

interface Open {
  /** Where in it the reader is: a key of an object, an index of a list. */
  at: string | number;
  /** Of an object: the next string is a key. */
  wantsKey: boolean;
  firstKey?: string;
  /** From the second key on: most objects that are nested deep have one. */
  keys?: Set<string>;
}

/**
 * The keys that an object of a JSON text has more than once, at any depth, as JSON pointers. `JSON.parse` keeps the
 * last value and drops the others silently. `JSON.parse` must be able to read the text. Reads each character once, and
 * does not recurse.
 */
export function duplicateKeys(json: string): string[] {
  const found = new Set<string>();
  const open: Open[] = [];
  for (let at = 0; at < json.length && found.size < foundMax; at++) {
    const inside = open.at(-1);
    switch (json[at]) {
      case '{':
        open.push({ at: '', wantsKey: true });
        break;
      case '[':
        open.push({ at: 0, wantsKey: false });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (typeof inside?.at === 'number') inside.at++;
        else if (inside !== undefined) inside.wantsKey = true;
        break;
      case '"': {
        const end = endOfString(json, at);
        if (inside?.wantsKey === true && takeKey(inside, json.slice(at, end + 1)))
          found.add(pointer(...open.slice(0, stepsMax).map((each) => shorten(String(each.at)))));
        at = end;
        break;
      }
      default:
    }
  }
  return [...found];
}

/** The closing quote of the string that begins there. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Whether the object has had this key. */
function takeKey(object: Open, written: string): boolean {
  const key = written.includes('\\') ? String(JSON.parse(written)) : written.slice(1, -1);
  object.wantsKey = false;
  object.at = key;
  if (object.firstKey === undefined) {
    object.firstKey = key;
    return false;
  }
  object.keys ??= new Set([object.firstKey]);
  const isTwice = object.keys.has(key);
  object.keys.add(key);
  return isTwice;
}
