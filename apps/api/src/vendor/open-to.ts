import { BlockList, isIP } from 'node:net';
import type { Tenant } from '@redial/call';
import type { OpenTo } from '@redial/dialects';

export interface Visitor {
  /** Of the connection itself: nothing that a header says. */
  readonly address: string | undefined;
  readonly host: string | undefined;
}

export type FindByOrigin = (visitor: Visitor) => Tenant | undefined;

/** A request without a key → the one tenant that is open to where it comes from. Two that are open to it: nobody. */
export function openingsOf(
  tenants: readonly Tenant[],
  openTo: (tenant: Tenant) => OpenTo | undefined = () => undefined,
): FindByOrigin {
  const openings = tenants.flatMap((tenant) => {
    const opening = openTo(tenant);
    return opening === undefined
      ? []
      : [{ tenant, sources: blockList(opening.sources), host: opening.host?.toLowerCase() }];
  });
  return ({ address, host }) => {
    if (address === undefined) return undefined;
    const name = host?.replace(/:[0-9]+$/, '').toLowerCase();
    const [first, ...more] = openings.filter((opening) => {
      return isIn(opening.sources, address) && (opening.host === undefined || opening.host === name);
    });
    return more.length === 0 ? first?.tenant : undefined;
  };
}

function blockList(sources: readonly string[]): BlockList {
  const list = new BlockList();
  for (const source of sources) {
    const [address = '', bits] = source.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** An IPv4 address arrives as ::ffff:… where the server listens on both. */
function isIn(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=[0-9]+\.)/i, '');
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}
