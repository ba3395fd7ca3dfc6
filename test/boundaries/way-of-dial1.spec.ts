import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callerOf, drawing, type Stop, wayOfDial1 } from './way-of-dial1.ts';

/** A new reader follows dial1 by this list. So each stop must exist, and the stop that the list names must call it. */
const stops = wayOfDial1.map((stop, n) => ({ ...stop, n: n + 1, stop }));
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('the way of dial1 through the code', () => {
  it('is at most twenty hops long, counted in functions that read or change dial1', () => {
    expect(wayOfDial1.length - 1).toBeLessThanOrEqual(20);
  });

  it('enters no file twice', () => {
    expect(new Set(wayOfDial1.map(({ file }) => file)).size).toBe(wayOfDial1.length);
  });

  it.each(stops)('$n: $file has $name', ({ stop }) => {
    expect(bodyOf(stop)).not.toBe('');
  });

  it.each(stops.slice(1).filter(({ stop }) => stop.over === undefined))(
    '$n: $name is called by the stop before it',
    ({ stop }) => {
      const caller = callerOf(stop) as Stop;
      // Another function of the same file may call it for that function.
      expect(withoutImports(read(caller.file))).toMatch(new RegExp(`\\b${stop.name}\\(`));
    },
  );

  it.each(stops.filter(({ stop }) => stop.over !== undefined))(
    '$n: $name takes its jobs from a queue',
    ({ stop: { over } }) => {
      expect(read(over?.added.file ?? '')).toContain(over?.added.by);
      expect(read(over?.taken.file ?? '')).toContain(over?.taken.by);
    },
  );

  it('is drawn in docs/why/architecture.md (else: npm run way-of-dial1)', () => {
    expect(read('docs/why/architecture.md')).toContain(drawing());
  });
});

/**
 * From its declaration on: a function, a method or a property that holds one. The method of a type ends with a
 * semicolon.
 */
function bodyOf({ file, name }: Stop): string {
  const declaration = new RegExp(`^\\s*(export )?(async )?(function )?${name}(: (async )?)?(<[^>]*>)?\\(`);
  const lines = read(file).split('\n');
  const first = lines.findIndex((line) => declaration.test(line) && !line.endsWith(';'));
  return first < 0 ? '' : lines.slice(first).join('\n');
}

function withoutImports(text: string): string {
  return text.replaceAll(/^import [^;]*;$/gm, '');
}
