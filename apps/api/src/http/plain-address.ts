/** An IPv4 address arrives as ::ffff:… where the server listens on both; behind % stands the interface of a link-local one. */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=[0-9]+\.)/i, '').replace(/%.*$/s, '');
}
