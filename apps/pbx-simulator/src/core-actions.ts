import { type Call, error, list, type Row, respond } from './ami-reply.ts';
import { dialplan } from './dialplan.ts';
import type { Header } from './event.ts';

export function coreStatus(call: Call): void {
  const { exchange } = call.session.server;
  const [date, time] = localDateAndTime(exchange.startedAt);
  respond(call, 'Success', [
    ['CoreStartupDate', date],
    ['CoreStartupTime', time],
    ['CoreReloadDate', date],
    ['CoreReloadTime', time],
    ['CoreCurrentCalls', exchange.channels.length],
    ['CoreProcessedCalls', exchange.channelsOpened],
  ]);
}

export function coreSettings(call: Call): void {
  respond(call, 'Success', [
    ['AMIversion', '11.0.0'],
    ['AsteriskVersion', call.session.server.options.version],
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

export function dbGet(call: Call): void {
  const family = call.message.header('Family');
  const key = call.message.header('Key');
  const value = call.session.server.exchange.astDb.get(family, key);
  if (family === '') error(call, 'No family specified.');
  else if (key === '') error(call, 'No key specified.');
  else if (value === undefined) error(call, 'Database entry not found');
  else {
    const row: Header[] = [
      ['Family', family],
      ['Key', key],
      ['Val', value],
    ];
    list(call, 'Result will follow', 'DBGetComplete', [['DBGetResponse', row]]);
  }
}

export function dbGetTree(call: Call): void {
  const rows = call.session.server.exchange.astDb.tree(call.message.header('Family')).map(
    ({ key, value }): Row => [
      'DBGetTreeResponse',
      [
        ['Key', key],
        ['Val', value],
      ],
    ],
  );
  list(call, 'Result will follow', 'DBGetTreeComplete', rows);
}

export function showDialPlan(call: Call): void {
  const context = call.message.header('Context');
  const exten = call.message.header('Extension');
  const inContext = dialplan.filter((one) => context === '' || one.context === context);
  const found = inContext.filter((one) => exten === '' || one.exten === exten);
  if (inContext.length === 0) error(call, `Did not find context ${context}`);
  else if (found.length === 0) error(call, `Did not find extension ${exten}@${context}`);
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
    list(call, 'DialPlan list will follow', 'ShowDialPlanComplete', rows, [
      ['ListExtensions', found.length],
      ['ListPriorities', rows.length],
      ['ListContexts', found.length],
    ]);
  }
}

export function extensionState(call: Call): void {
  respond(call, 'Success', [
    ['Message', 'Extension Status'],
    ['Exten', call.message.header('Exten')],
    ['Context', call.message.header('Context')],
    ['Hint', ''],
    ['Status', -1],
    ['StatusText', 'Unknown'],
  ]);
}

/** In the machine's own zone, as Asterisk writes them. */
function localDateAndTime(at: number): [date: string, time: string] {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  ];
}
