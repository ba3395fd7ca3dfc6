import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/** The client of a request, for limits: the address of the connection; of IPv6, its network of 56 bits. */
export function clientAddress({ socket }: Pick<Request, 'socket'>): string {
  return ipKeyGenerator(plainAddress(socket.remoteAddress));
}

/**
 * On a dual-stack listener, an IPv4 address arrives as ::ffff:…. After % comes the interface of a link-local address.
 */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=[0-9]+\.)/i, '').replace(/%.*$/s, '');
}
