/** Each mutant breaks one part on purpose. The books must find every one, or they prove nothing. */
export const mutants = [
  'the claim is not compare-and-set',
  'the claim does not count the day',
  'the claim is not confirmed',
  'settling is not compare-and-set',
  'changes of a call are not compare-and-set',
  'permits are not given back',
  'the sweeper plans open attempts again',
  'the sweeper puts no job back',
  'open attempts are never adopted',
  'a job that comes twice originates again',
  'a reconciliation finds nothing',
  'the journal is not read',
  'a restart of the PBX goes unnoticed',
  'calls are said to be accepted before they are written',
  'a client is told that dial1 failed when nothing is known',
  'a cancel is dropped in the watch',
  'a cancel is not written',
  'busy is told as rejected',
  'a retry is given up early',
  'the dialers know no windows',
  'the clocks of the dialers run ahead',
  'the clocks of the results processes run ahead',
] as const;

/** Parts that may break, because another part keeps the promise alone. */
export const backedUp = ['the gates read no count of the day'] as const;
export type Mutant = (typeof mutants)[number] | (typeof backedUp)[number];

/**
 * A world in which the books find the mutant; it is tried first. Some mutants show in one world of a hundred, and a
 * search takes a minute. A seed that no longer shows its mutant costs only that minute. This command finds another:
 * `npm run simulate -- --mutant '<name>' --seed 1 --worlds 300 --steps 15000`.
 */
export const shownBy: Readonly<Partial<Record<Mutant, number>>> = {
  'a restart of the PBX goes unnoticed': 105,
};
/** The seed that shows most of them. */
export const usualSeed = 128;
