import { connect, type Socket } from 'node:net';

/**
 * The baseline: a socket, Originate actions and a count of ends, without queue, record, retry or reconciliation. It
 * dials the same calls through the same `redial` context, with at most `unansweredMax` Originates without their
 * OriginateResponse.
 */
export interface BareCall {
  readonly attemptId: string;
  readonly slot: number;
  readonly dial1Channel: string;
  readonly dial2Channel: string;
}

export interface BareAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** Dials all calls; resolves with the seconds from the first Originate to the last call's end. */
export async function dialBare(access: BareAccess, calls: readonly BareCall[], unansweredMax: number): Promise<number> {
  const socket = connect(access.port, access.host);
  socket.setNoDelay(true);
  socket.write(action({ Action: 'Login', Username: access.username, Secret: access.secret }));
  const startedAt = performance.now();
  let next = 0;
  let unanswered = 0;
  let ended = 0;
  const dialMore = () => {
    let burst = '';
    while (next < calls.length && unanswered < unansweredMax) {
      burst += originate(calls[next++] as BareCall);
      unanswered++;
    }
    if (burst !== '') socket.write(burst);
  };
  dialMore();
  for await (const packet of packets(socket)) {
    if (packet.startsWith('Event: OriginateResponse')) {
      unanswered--;
      if (packet.includes('Response: Failure')) ended++;
      dialMore();
    } else if (packet.startsWith('Event: UserEvent') && packet.includes('|ended|')) ended++;
    if (ended === calls.length) break;
  }
  socket.destroy();
  return (performance.now() - startedAt) / 1000;
}

async function* packets(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of socket) {
    const parts = (rest + String(chunk)).split('\r\n\r\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

function originate({ attemptId, slot, dial1Channel, dial2Channel }: BareCall): string {
  const variables = {
    REDIAL_ATTEMPT: attemptId,
    REDIAL_SLOT: slot,
    REDIAL_DIAL2_CHANNEL: dial2Channel,
    REDIAL_DIAL2_CALLER_ID: '27110001111',
    REDIAL_DIAL2_RING_SECONDS: 30,
    REDIAL_TALK_LIMIT_SECONDS: 60,
  };
  const lines = Object.entries(variables).map(([name, value]) => `Variable: ${name}=${value}\r\n`);
  return action(
    {
      Action: 'Originate',
      ActionID: attemptId,
      ChannelId: attemptId,
      Channel: dial1Channel,
      Context: 'redial',
      Exten: 'connect',
      Priority: '1',
      Timeout: '30000',
      CallerID: '27110001111',
      Async: 'true',
    },
    lines.join(''),
  );
}

function action(headers: Readonly<Record<string, string>>, more = ''): string {
  return `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}${more}\r\n`;
}
