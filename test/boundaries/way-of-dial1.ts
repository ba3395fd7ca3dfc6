import { basename } from 'node:path';

/** One stop of dial1 on its way from a request to its record: a function, and the form of dial1 there. */
export interface Stop {
  readonly file: string;
  readonly name: string;
  readonly dial1Is: string;
  /** The function that calls this one: the stop with this name, in the previous file. Absent: the previous stop. */
  readonly calledBy?: string;
  /** A queue lies between the calling function and this one. The code meets there under these names. */
  readonly over?: Seam;
}

export interface Seam {
  readonly queue: string;
  readonly added: { readonly file: string; readonly by: string };
  readonly taken: { readonly file: string; readonly by: string };
}

const dialQueue: Seam = {
  queue: 'dial job',
  added: { file: 'apps/api/src/accept/accept-calls.ts', by: 'queues.dial.add(' },
  taken: { file: 'apps/dialer/src/dialer.ts', by: 'workers.dial(' },
};
const resultsQueue: Seam = {
  queue: 'results job, once the call has ended',
  added: { file: 'libs/attempt-tracking/src/report-results.ts', by: 'queues.results.add(' },
  taken: { file: 'apps/results/src/results.ts', by: 'workers.results(' },
};

const pipeline = 'apps/dialer/src/pipeline';

/** `POST /v1/calls` with a Redis list as sink. In the order of time; no file is entered twice. */
export const wayOfDial1: readonly Stop[] = [
  { file: 'apps/api/src/v1/create-call.ts', name: 'createCall', dial1Is: 'a field of the body' },
  { file: 'libs/dialects/src/v1/to-call-request.ts', name: 'toCallRequest', dial1Is: 'a checked string' },
  { file: 'libs/dialects/src/v1/sides.ts', name: 'readSides', dial1Is: 'one of two sides' },
  { file: 'libs/dialects/src/shared/written-number.ts', name: 'readDestination', dial1Is: 'digits, or a name' },
  { file: 'libs/call/src/tenant/destination.ts', name: 'resolveDestination', dial1Is: 'a Destination' },
  {
    file: 'apps/api/src/accept/accept-calls.ts',
    name: 'commit',
    dial1Is: 'request.dial1 of a call',
    calledBy: 'createCall',
  },
  { file: 'libs/store/src/calls/calls.ts', name: 'acceptCalls', dial1Is: 'a part of the call’s record' },
  { file: `${pipeline}/dial-job.ts`, name: 'dial', dial1Is: 'not in the job: ids are', over: dialQueue },
  { file: `${pipeline}/load.ts`, name: 'load', dial1Is: 'read back' },
  { file: `${pipeline}/check-gates.ts`, name: 'allowByGates', dial1Is: 'checked by each gate', calledBy: 'dial' },
  { file: `${pipeline}/prepare-order.ts`, name: 'prepareOrder', dial1Is: 'a channel', calledBy: 'dial' },
  { file: `${pipeline}/claim-attempt.ts`, name: 'claimAttempt', dial1Is: 'claimed', calledBy: 'dial' },
  { file: `${pipeline}/originate.ts`, name: 'originate', dial1Is: 'checked again', calledBy: 'dial' },
  { file: 'libs/asterisk/src/watch/attempt-watch.ts', name: 'originate', dial1Is: 'watched' },
  { file: 'libs/asterisk/src/asterisk-pbx.ts', name: 'originate', dial1Is: 'sent once' },
  {
    file: 'libs/asterisk/src/dialplan/originate-action.ts',
    name: 'originateAction',
    dial1Is: 'the Channel of an AMI action',
  },
  { file: 'apps/results/src/settle/settle.ts', name: 'settleOnce', dial1Is: 'evidence', over: resultsQueue },
  { file: 'libs/call/src/cdr/cdr.ts', name: 'cdrOf', dial1Is: 'dial1 of the CDR' },
  { file: 'apps/results/src/deliver/deliver.ts', name: 'deliver', dial1Is: 'on its way', calledBy: 'settleOnce' },
  { file: 'libs/sinks/src/redis-list/redis-list-sink.ts', name: 'deliver', dial1Is: 'an entry of a list' },
  { file: 'libs/dialects/src/v1/to-notification.ts', name: 'toNotification', dial1Is: 'JSON, as /v1 writes it' },
];

/** The stop that calls this one; undefined for the first, and after a queue. */
export function callerOf(stop: Stop): Stop | undefined {
  if (stop.over !== undefined) return undefined;
  const before = wayOfDial1.slice(0, wayOfDial1.indexOf(stop));
  return stop.calledBy === undefined ? before.at(-1) : before.findLast(({ name }) => name === stop.calledBy);
}

export const drawingBegins = '<!-- The way of dial1: written by `npm run way-of-dial1` -->';
export const drawingEnds = '<!-- The way of dial1 ends -->';

/** A frame for each process, with a box for each stop. A solid arrow is a call, a dotted one a queue. */
export function drawing(): string {
  const numberOf = (stop: Stop) => wayOfDial1.indexOf(stop) + 1;
  const box = (stop: Stop) =>
    `    s${numberOf(stop)}["${numberOf(stop)} <b>${labelOf(stop)}</b>: ${stop.dial1Is}<br/>${stop.file}"]`;
  const frames = processes().flatMap(({ name, stops }) => [`  subgraph ${name}`, ...stops.map(box), '  end']);
  const arrows = wayOfDial1.slice(1).map((stop) => {
    const to = numberOf(stop);
    const caller = callerOf(stop);
    return caller === undefined
      ? `  s${to - 1} -. "${stop.over?.queue}" .-> s${to}`
      : `  s${numberOf(caller)} --> s${to}`;
  });
  return [drawingBegins, '', '```mermaid', 'flowchart TD', ...frames, ...arrows, '```', '', drawingEnds].join('\n');
}

/** A name that occurs twice has its file before it, if that is another word. */
function labelOf({ file, name }: Stop): string {
  const isTwice = wayOfDial1.filter((stop) => stop.name === name).length > 1;
  const base = basename(file, '.ts');
  return isTwice && base !== name ? `${base}: ${name}` : name;
}

/** Each process takes over after a queue. */
function processes(): { readonly name: string; readonly stops: readonly Stop[] }[] {
  const starts = wayOfDial1.flatMap((stop, n) => (n === 0 || stop.over !== undefined ? [n] : []));
  return starts.map((start, n) => {
    const stops = wayOfDial1.slice(start, starts[n + 1]);
    return { name: stops[0]?.file.split('/')[1] ?? '', stops };
  });
}
