import { parseArgs } from 'node:util';
import { fuzzAmi } from './fuzz-ami.ts';
import { fuzzHttp } from './fuzz-http.ts';

/**
 * `npm run fuzz -- [--minutes n] [--seed n] [--only http|ami]`: half of the time each. Continues after a fault. Prints
 * the number of inputs and one fault of each kind, and exits with 1 if there is any.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const kinds = Object.entries({ http: fuzzHttp, ami: fuzzAmi }).filter(
  ([name]) => values.only === undefined || name === values.only,
);
for (const [name, fuzz] of kinds) {
  const { inputs, faults, met, measured } = await fuzz({
    seed,
    forMs: (Number(values.minutes) * 60_000) / kinds.length,
  });
  console.log(
    `${name}: ${inputs} inputs, ${faults.length} faults, seed ${seed}; met ${JSON.stringify(met)}; MB ${JSON.stringify(measured)}`,
  );
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
