import { readFileSync, writeFileSync } from 'node:fs';
import { drawing, drawingBegins, drawingEnds } from './way-of-dial1.ts';

/** Draws the way of dial1 into docs/why/architecture.md. Run it when way-of-dial1.ts has changed. */
const page = new URL('../../docs/why/architecture.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const begin = text.indexOf(drawingBegins);
const end = text.indexOf(drawingEnds);
if (begin < 0 || end < begin) throw new Error('docs/why/architecture.md has no place for the drawing');
writeFileSync(page, text.slice(0, begin) + drawing() + text.slice(end + drawingEnds.length));
