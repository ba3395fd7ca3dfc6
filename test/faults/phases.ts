/**
 * Where a call may be when the fault strikes, from its acceptance to the job of its next attempt. `phase-facts.ts`
 * defines each phase.
 */
export const phases = [
  'accepted',
  'queued',
  'permits taken',
  'claim taken',
  'Originate sent',
  'dial1 ringing',
  'dial1 answered',
  'dial2 ringing',
  'talking',
  'hung up',
  'settled',
  'next attempt queued',
  'CDR written',
] as const;
export type Phase = (typeof phases)[number];
