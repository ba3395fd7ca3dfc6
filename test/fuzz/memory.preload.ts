import { writeFileSync } from 'node:fs';
import { memoryUsage } from 'node:process';
import { collectGarbage } from './memory.ts';

/**
 * Preloaded into a fuzzed process (`node --import`). On SIGWINCH it collects its garbage and writes the used memory
 * into a file of its own.
 */
process.on('SIGWINCH', () => {
  collectGarbage();
  writeFileSync(`${process.env['REDIAL_FUZZ_MEMORY']}/${process.pid}`, JSON.stringify(memoryUsage()));
});
