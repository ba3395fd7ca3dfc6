import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../http/plain-address.ts';

/** Whether an address is on this list. Undefined, and any text that is no address, is on no list. */
export type IpAllowList = (address: string | undefined) => boolean;

/** Single addresses, or networks such as 10.1.0.0/16. */
export function ipAllowListOf(sources: readonly string[]): IpAllowList {
  const list = new BlockList();
  for (const source of sources) {
    const [address = '', bits] = source.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
