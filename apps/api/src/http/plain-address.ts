import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/** Whom a request comes from, for limits: the address of the connection; of IPv6, its network of 56 bits. */
export function clientAddress({ socket }: Pick<Request, 'socket'>): string {
  return ipKeyGenerator(plainAddress(socket.remoteAddress));
}

/** An IPv4 address arrives as ::ffff:… where the server listens on both; behind % stands the interface of a link-local one. */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=[0-9]+\.)/i, '').replace(/%.*$/s, '');
}
