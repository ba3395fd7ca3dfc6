import { dialplan } from '../dialplan/dialplan.ts';
import type { Header } from './event.ts';
import { type AmiRequest, error, list, type Row, respond } from './reply.ts';

export function coreStatus(request: AmiRequest): void {
  const { core } = request.session;
  const [date, time] = localDateAndTime(core.startedAt);
  respond(request, 'Success', [
    ['CoreStartupDate', date],
    ['CoreStartupTime', time],
    ['CoreReloadDate', date],
    ['CoreReloadTime', time],
    ['CoreCurrentCalls', core.channels.length],
    ['CoreProcessedCalls', core.channelsOpened],
  ]);
}

export function coreSettings(request: AmiRequest): void {
  respond(request, 'Success', [
    ['AMIversion', '11.0.0'],
    ['AsteriskVersion', request.session.settings.version],
    ['SystemName', 'redial-simulator'],
    ['CoreMaxCalls', 0],
    ['CoreMaxLoadAvg', '0.000000'],
    ['CoreRunUser', ''],
    ['CoreRunGroup', ''],
    ['CoreMaxFilehandles', 65_536],
    ['CoreRealTimeEnabled', 'No'],
    ['CoreCDRenabled', 'Yes'],
    ['CoreHTTPenabled', 'No'],
    ['SoundsSearchCustomDir', 'No'],
  ]);
}

export function dbGet(request: AmiRequest): void {
  const family = request.message.header('Family');
  const key = request.message.header('Key');
  const value = request.session.core.astDb.get(family, key);
  if (family === '') error(request, 'No family specified.');
  else if (key === '') error(request, 'No key specified.');
  else if (value === undefined) error(request, 'Database entry not found');
  else {
    const row: Header[] = [
      ['Family', family],
      ['Key', key],
      ['Val', value],
    ];
    list(request, 'Result will follow', 'DBGetComplete', [['DBGetResponse', row]]);
  }
}

export function dbGetTree(request: AmiRequest): void {
  const rows = request.session.core.astDb.tree(request.message.header('Family')).map(
    ({ key, value }): Row => [
      'DBGetTreeResponse',
      [
        ['Key', key],
        ['Val', value],
      ],
    ],
  );
  list(request, 'Result will follow', 'DBGetTreeComplete', rows);
}

export function showDialPlan(request: AmiRequest): void {
  const context = request.message.header('Context');
  const exten = request.message.header('Extension');
  const inContext = dialplan.filter((one) => context === '' || one.context === context);
  const found = inContext.filter((one) => exten === '' || one.exten === exten);
  if (inContext.length === 0) error(request, `Did not find context ${context}`);
  else if (found.length === 0) error(request, `Did not find extension ${exten}@${context}`);
  else {
    const rows = found.flatMap((one) =>
      one.steps.map(
        ([application, data], index): Row => [
          'ListDialplan',
          [
            ['Context', one.context],
            ['Extension', one.exten],
            ['Priority', index + 1],
            ['Application', application],
            ['AppData', data],
            ['Registrar', 'pbx_config'],
          ],
        ],
      ),
    );
    list(request, 'DialPlan list will follow', 'ShowDialPlanComplete', rows, [
      ['ListExtensions', found.length],
      ['ListPriorities', rows.length],
      ['ListContexts', found.length],
    ]);
  }
}

export function extensionState(request: AmiRequest): void {
  respond(request, 'Success', [
    ['Message', 'Extension Status'],
    ['Exten', request.message.header('Exten')],
    ['Context', request.message.header('Context')],
    ['Hint', ''],
    ['Status', -1],
    ['StatusText', 'Unknown'],
  ]);
}

/** In the machine's own time zone, as Asterisk writes them. */
function localDateAndTime(at: number): [date: string, time: string] {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  ];
}
