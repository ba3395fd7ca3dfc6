import { parseArgs } from 'node:util';
import { backedUp, mutants } from './mutants.ts';
import { runWorld } from './world.ts';

/**
 * `npm run simulate -- [--seed n] [--steps n] [--worlds n] [--mutant name] [--trace]`: worlds one after the other, each
 * with the next seed. Exits with 1 if a promise was broken, and prints the command that replays it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: '1000000' },
    worlds: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const steps = Number(values.steps);
const mutant = [...mutants, ...backedUp].find((name) => name === values.mutant);
if (values.mutant !== undefined && mutant === undefined) {
  throw new RangeError(`no such mutant; there are:\n  ${mutants.join('\n  ')}`);
}

for (let seed = first; seed < first + Number(values.worlds); seed++) {
  const began = performance.now();
  const ran = await runWorld({
    seed,
    steps,
    ...(mutant && { mutant }),
    ...(values.trace && { trace: (line: string) => console.log(line) }),
  });
  const seconds = (performance.now() - began) / 1_000;
  const { accepted, attempts, originates, cdrs, connected, canceled, lost, unknown, halfHeard, reported } = ran.counts;
  console.log(
    `seed ${seed}, ${ran.weather}: ${ran.steps} steps in ${seconds.toFixed(1)} s (${Math.round(ran.steps / seconds)}/s), ${Math.round(ran.simulatedSeconds)} s of the world: ` +
      `${accepted} calls, ${attempts} attempts, ${originates} INVITEs, ${cdrs} CDRs, ${connected} connected, ${canceled} cancels, ${lost} lost, ${unknown} unknown, ${halfHeard} half heard, ${reported} reported`,
  );
  for (const violation of ran.violations) console.log(`  ${violation}`);
  if (ran.violations.length === 0) continue;
  console.log(`  again: npm run simulate -- --seed ${seed} --steps ${steps} --trace`);
  process.exitCode = 1;
}
