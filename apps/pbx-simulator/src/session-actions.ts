import { createHash, randomInt } from 'node:crypto';
import { type Call, error, respond, success } from './ami-reply.ts';

export function login(call: Call): void {
  const { session, message } = call;
  if (session.authenticated) {
    success(call, 'Already authenticated');
    return;
  }
  const { username, secret } = session.server.options;
  const key = createHash('md5')
    .update(session.challenge + secret)
    .digest('hex');
  const isRight =
    message.header('AuthType').toLowerCase() === 'md5'
      ? session.challenge !== '' && message.header('Key') === key
      : message.header('Secret') === secret;
  if (message.header('Username') !== username || !isRight) {
    // Asterisk lets a guesser wait a second, then hangs up.
    session.server.exchange.clock.after(1000, () => {
      error(call, 'Authentication failed');
      session.end();
    });
    return;
  }
  session.authenticated = true;
  if (message.header('Events').toLowerCase() === 'off') session.wantsEvents = false;
  success(call, 'Authentication accepted');
}

export function logoff(call: Call): void {
  respond(call, 'Goodbye', [['Message', 'Thanks for all the fish.']]);
  call.session.end();
}

export function challenge(call: Call): void {
  if (call.message.header('AuthType').toLowerCase() !== 'md5') {
    error(call, 'Must specify AuthType');
    return;
  }
  call.session.challenge ||= String(randomInt(1, 2 ** 31));
  respond(call, 'Success', [['Challenge', call.session.challenge]]);
}

export function ping(call: Call): void {
  respond(call, 'Success', [
    ['Ping', 'Pong'],
    ['Timestamp', (call.session.server.exchange.clock.now() / 1000).toFixed(6)],
  ]);
}

export function events(call: Call): void {
  const mask = call.message.header('EventMask').toLowerCase();
  call.session.wantsEvents = mask !== 'off' && mask !== '0';
  respond(call, 'Success', [['Events', call.session.wantsEvents ? 'On' : 'Off']]);
}
