import type { Random } from './random.ts';
import type { Failure } from './truth.ts';

/**
 * Answers of networks, common ones often: all rows of docs/reference/dispositions.md, with pairs of cause and SIP code
 * that Asterisk makes.
 */
const failures: readonly (readonly [weight: number, failure: Failure])[] = [
  [10, { cause: 17, sipCode: 486 }],
  [1, { cause: 17, sipCode: 600 }],
  [4, { cause: 21, sipCode: 603 }],
  [2, { cause: 34, sipCode: 503 }],
  [1, { cause: 38 }],
  [1, { cause: 42 }],
  [1, { cause: 21, sipCode: 401 }],
  [1, { cause: 21, sipCode: 407 }],
  [2, { cause: 18 }],
  [1, { cause: 19 }],
  [1, { cause: 20 }],
  [1, { cause: 27 }],
  [2, { cause: 1, sipCode: 404 }],
  [1, { cause: 22, sipCode: 410 }],
  [1, { cause: 28, sipCode: 484 }],
  [1, { cause: 3 }],
  [1, { cause: 57 }],
  [1, { cause: 58, sipCode: 488 }],
];

export function aFailure(random: Random): Failure {
  return random.weighted(failures);
}

/** The DIALSTATUS that app_dial makes of a cause (main/app.c handle_cause). Every other cause becomes CHANUNAVAIL. */
export function dialStatusOf({ cause }: Failure): string {
  if (cause === 17) return 'BUSY';
  return cause === 34 ? 'CONGESTION' : 'CHANUNAVAIL';
}
