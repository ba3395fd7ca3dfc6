import { createHash, randomInt } from 'node:crypto';
import { type AmiRequest, error, respond, success } from './reply.ts';

export function login(request: AmiRequest): void {
  const { session, message } = request;
  if (session.authenticated) {
    success(request, 'Already authenticated');
    return;
  }
  const { username, secret } = session.settings;
  const key = createHash('md5')
    .update(session.challenge + secret)
    .digest('hex');
  const isRight =
    message.header('AuthType').toLowerCase() === 'md5'
      ? session.challenge !== '' && message.header('Key') === key
      : message.header('Secret') === secret;
  if (message.header('Username') !== username || !isRight) {
    // After a wrong login, Asterisk waits a second, then hangs up.
    session.core.clock.after(1000, () => {
      error(request, 'Authentication failed');
      session.end();
    });
    return;
  }
  session.authenticated = true;
  if (message.header('Events').toLowerCase() === 'off') session.wantsEvents = false;
  success(request, 'Authentication accepted');
}

export function logoff(request: AmiRequest): void {
  respond(request, 'Goodbye', [['Message', 'Thanks for all the fish.']]);
  request.session.end();
}

export function challenge(request: AmiRequest): void {
  if (request.message.header('AuthType').toLowerCase() !== 'md5') {
    error(request, 'Must specify AuthType');
    return;
  }
  request.session.challenge ||= String(randomInt(1, 2 ** 31));
  respond(request, 'Success', [['Challenge', request.session.challenge]]);
}

export function ping(request: AmiRequest): void {
  respond(request, 'Success', [
    ['Ping', 'Pong'],
    ['Timestamp', (request.session.core.clock.now() / 1000).toFixed(6)],
  ]);
}

export function events(request: AmiRequest): void {
  const mask = request.message.header('EventMask').toLowerCase();
  request.session.wantsEvents = mask !== 'off' && mask !== '0';
  respond(request, 'Success', [['Events', request.session.wantsEvents ? 'On' : 'Off']]);
}
