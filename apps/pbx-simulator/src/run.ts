import { startSimulator } from './simulator.ts';

/**
 * The simulated PBX as a process. Settings by environment, each after REDIAL_SIMULATOR:
 *
 * _HOST          127.0.0.1
 * _PORT          5038; 0: a free one
 * _USERNAME      redial
 * _SECRET        redial-local
 * _TALK_SECONDS  10: the length of a talk that neither side would end
 * _SPEED         1
 * _ASTDB         a file; absent: in memory
 * _RECORDINGS    a folder; absent: nothing is recorded
 */
const simulator = await startSimulator({
  host: setting('HOST', '127.0.0.1'),
  port: numberSetting('PORT', 5038),
  username: setting('USERNAME', 'redial'),
  secret: setting('SECRET', 'redial-local'),
  talkMs: numberSetting('TALK_SECONDS', 10) * 1000,
  speed: numberSetting('SPEED', 1),
  recording: false,
  ...(process.env['REDIAL_SIMULATOR_ASTDB'] ? { astDbFile: process.env['REDIAL_SIMULATOR_ASTDB'] } : {}),
  ...(process.env['REDIAL_SIMULATOR_RECORDINGS']
    ? { recordingsFolder: process.env['REDIAL_SIMULATOR_RECORDINGS'] }
    : {}),
});
console.log(`The simulated PBX is ready: AMI on ${simulator.host}:${simulator.port}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.stop());
}

function setting(name: string, fallback: string): string {
  return process.env[`REDIAL_SIMULATOR_${name}`] || fallback;
}

function numberSetting(name: string, fallback: number): number {
  const value = Number(setting(name, String(fallback)));
  if (!Number.isFinite(value) || value < 0) throw new Error(`REDIAL_SIMULATOR_${name} must be a number, 0 or more`);
  return value;
}
