import { setTimeout as pass } from 'node:timers/promises';
import { createPbx, type Timers } from '@redial/asterisk';
import type { AttemptId } from '@redial/call';
import { createRandom, type Random } from '../simulation/random.ts';
import { answeredPacket, anyFrame, attemptIdOf, attempts, type Frame, statement } from './ami-frames.ts';
import { type FuzzedAmi, startFuzzedAmi } from './ami-server.ts';
import { createTally, type Effort, type Fuzzed, shown, type Tally } from './fuzzed.ts';
import { ownMemory } from './memory.ts';
import { createMemoryWatch } from './memory-watch.ts';

/** Short times: deadlines and pauses are a twentieth of the product's. */
const timers: Timers = {
  start: (afterMs, run) => {
    const timer = setTimeout(run, afterMs / 20);
    return () => clearTimeout(timer);
  },
};
const allowedActions = new Set([
  'login',
  'Ping',
  'CoreStatus',
  'CoreSettings',
  'ShowDialPlan',
  'Status',
  'DBGet',
  'Hangup',
]);
/** Longer than a link needs to notice a silent server and to reconnect. */
const recoversWithinMs = 20_000;
/** In parallel, because most of the time is waiting for a socket. */
const linksAtOnce = 12;
/**
 * The readers, their packets and the harness together. An unfinished packet of a link may hold only a small part of it.
 */
const memoryBounds = { peakMbMax: 450, growthMbMax: 2 };

const lookEveryMs = 250;

type Reported = { readonly attemptId: AttemptId; readonly type: string };

/**
 * The AMI reader with any bytes that a server may send, over a real socket. It does not crash, sends no action without
 * a request, and reports no signal of an attempt that the bytes did not name. The signals are the same for any split of
 * the bytes. After each input the link reads the next good one, and keeps nothing of all this.
 */
export async function fuzzAmi({ seed, forMs }: Effort): Promise<Fuzzed> {
  const tally = createTally();
  const until = Date.now() + forMs;
  const crashed = (error: unknown) => tally.fault(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  const memory = createMemoryWatch({ name: 'this process', read: ownMemory, ...memoryBounds });
  try {
    const links = Array.from({ length: linksAtOnce }, (_, n) => fuzzLink(createRandom(seed + n), tally, until));
    const isOver = Promise.all(links).then(() => true);
    while (!(await Promise.race([isOver, pass(lookEveryMs, false)]))) await memory.look();
  } finally {
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
  }
  const leak = memory.fault();
  if (leak !== undefined) tally.fault(leak);
  tally.measure('memory', memory.figures);
  return tally;
}

/** One link and its server. */
async function fuzzLink(random: Random, tally: Tally, until: number): Promise<void> {
  const ami = await startFuzzedAmi();
  const pbx = createPbx(
    { name: 'fuzzed', host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    { timers, random: random.next },
  );
  const reported: Reported[] = [];
  const awaited = new Map<AttemptId, () => void>();
  let wake = (): void => undefined;
  let downs = 0;
  pbx.on('signal', (attemptId, { type }) => {
    const end = awaited.get(attemptId);
    if (end === undefined) reported.push({ attemptId, type });
    else end();
  });
  pbx.on('up', () => wake());
  pbx.on('down', () => {
    downs++;
    tally.meet('down');
    for (const end of awaited.values()) end();
  });

  const isUp = async (): Promise<boolean> => {
    if (pbx.isUp) return true;
    const timer = setTimeout(() => wake(), recoversWithinMs);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    clearTimeout(timer);
    return pbx.isUp;
  };

  let sentinels = 1_000;
  /** The signals that the link reports for these bytes; undefined: it went down, or did not answer after them. */
  async function reportOf(
    bytes: Uint8Array,
    piecesOf: (bytes: Uint8Array) => Uint8Array[],
  ): Promise<Reported[] | undefined> {
    if (!(await isUp())) return undefined;
    const before = downs;
    reported.length = 0;
    const last = attemptIdOf(++sentinels);
    const heard = new Promise<void>((resolve) => awaited.set(last, resolve));
    // Closes an open packet of these bytes, so that the last packet stands alone.
    await ami.write([...piecesOf(bytes), Buffer.concat([Buffer.from('\r\n\r\n'), answeredPacket(last)])]);
    const timer = setTimeout(() => awaited.get(last)?.(), recoversWithinMs);
    await heard;
    clearTimeout(timer);
    awaited.delete(last);
    return downs === before ? [...reported] : undefined;
  }

  async function tryOne(): Promise<void> {
    const frames = anyFrames(random, ami);
    const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
    const asked = random.chance(0.05)
      ? pbx.reconcile({ attemptId: random.pick(attempts), slot: 1, pbxStartedAt: 'x' })
      : undefined;
    const whole = await reportOf(bytes, (all) => [all]);
    const cut = await reportOf(
      bytes,
      random.chance(0.2) && bytes.length < 250 ? eachByte : (all) => anyPieces(random, all),
    );
    await asked;
    tally.inputs += 2;
    const named = bytes.toString('utf8');
    for (const { attemptId, type } of [...(whole ?? []), ...(cut ?? [])]) {
      tally.meet(type);
      if (!named.includes(attemptId))
        tally.fault(`a signal of ${attemptId}, which was not named in ${shown(bytes)}`, 'not named');
    }
    // A list of ours may consume an event. The package splits the output of a command in its own way.
    const isOrderly = asked === undefined && !/response:\s?f/i.test(named);
    if (whole === undefined || cut === undefined || !isOrderly) return;
    const words = (all: readonly Reported[]) => all.map(({ attemptId, type }) => `${attemptId} ${type}`).join();
    if (words(whole) !== words(cut))
      tally.fault(`another split gives other signals: ${shown(bytes)}: ${words(whole)} | ${words(cut)}`, 'cut');
    if (!frames.every(({ isPlain }) => isPlain)) return;
    const expected = words(frames.flatMap(({ states }) => states ?? []));
    if (words(whole) !== expected)
      tally.fault(`${shown(bytes)} states ${expected}, and was read as ${words(whole)}`, 'misread');
  }

  function checkActions(): void {
    for (const lines of ami.takeActions()) {
      const [action = '', actionId = ''] = lines;
      const isOurs = allowedActions.has(action.slice('Action: '.length));
      const isWhole = lines.every((line) => /^[A-Za-z]+: [ -~]*$/.test(line));
      if (!isOurs || !isWhole || !/^ActionID: /.test(lines.find((l) => l.startsWith('ActionID')) ?? actionId))
        tally.fault(`an action without a request: ${JSON.stringify(lines)}`);
    }
  }

  pbx.start();
  try {
    while (Date.now() < until) {
      await tryOne();
      checkActions();
      if (random.chance(0.005)) await reportOf(Buffer.alloc(random.pick([200_000, 3_000_000]), 'x'), (all) => [all]);
      if (!(await isUp())) tally.fault('the link did not come back');
    }
  } finally {
    await pbx.stop();
    await ami.stop();
  }
}

function anyFrames(random: Random, { actionIds }: FuzzedAmi): Frame[] {
  const isPlain = random.chance(0.4);
  return Array.from({ length: random.pick(isPlain ? [1, 5, 30] : [1, 2, 6]) }, () =>
    isPlain ? statement(random, random.pick(attempts)) : anyFrame(random, actionIds),
  );
}

function eachByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

function anyPieces(random: Random, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const most = random.pick([1, 7, 100, 5_000].filter((size) => bytes.length / size < 60).concat(bytes.length + 1));
  for (let from = 0; from < bytes.length; ) {
    const till = from + random.int(1, most);
    pieces.push(bytes.subarray(from, till));
    from = till;
  }
  return pieces;
}
