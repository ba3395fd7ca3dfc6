import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault-schedule.ts';
import type { SoakWorld } from './soak-world.ts';

export interface Struck extends Fault {
  /** Epoch ms: dead from here to there. */
  readonly from: number;
  readonly to: number;
}

/** Carries one fault out: SIGKILL and, after its time, a new start; or the cut of all AMI links. */
export async function strike(world: SoakWorld, fault: Fault): Promise<Struck> {
  const { target, downMs } = fault;
  const from = Date.now();
  if (target === 'AMI') world.ami.cut();
  else if (target === 'Redis' || target === 'Asterisk') {
    const server = target === 'Redis' ? world.redis : world.pbx.asterisk;
    await server.kill();
    await pause(downMs);
    await server.restart();
  } else {
    const process = world.processes[target];
    await process.kill();
    await pause(downMs);
    process.start();
  }
  return { ...fault, from, to: Date.now() };
}
