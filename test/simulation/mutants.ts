/** One piece broken on purpose, each in its own way: the books must find every one, or they prove nothing. */
export const mutants = [
  'the fence is not compare-and-set',
  'the fence does not count the day',
  'the fence is not confirmed',
  'settling is not compare-and-set',
  'changes of a call are not compare-and-set',
  'places are not given back',
  'the sweeper plans open attempts again',
  'the sweeper puts no job back',
  'open attempts are never adopted',
  'a job that comes twice originates again',
  'a look-up finds nothing',
  'the journal is not read',
  'a restart of the PBX goes unnoticed',
  'calls are said to be accepted before they are written',
  'a client is told that dial1 failed when nothing is known',
  'the dialers know no windows',
  'the clocks of the dialers run ahead',
  'the clocks of the results processes run ahead',
] as const;
export type Mutant = (typeof mutants)[number];
