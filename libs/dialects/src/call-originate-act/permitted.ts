/** Whether an address is one of these addresses or lies in one of these networks. What is no address is in none. */
export function isPermitted(address: string | undefined, permit: readonly string[]): boolean {
  const asked = address === undefined ? undefined : bitsOf(address);
  return asked !== undefined && permit.some((entry) => isIn(asked, entry));
}

interface Bits {
  readonly value: bigint;
  /** 32: IPv4. */
  readonly width: 32 | 128;
}

function isIn(asked: Bits, entry: string): boolean {
  const [address = '', prefix] = entry.split('/');
  const network = bitsOf(address);
  if (network === undefined || network.width !== asked.width) return false;
  const free = BigInt(prefix === undefined ? 0 : network.width - Number(prefix));
  return asked.value >> free === network.value >> free;
}

function bitsOf(address: string): Bits | undefined {
  if (!address.includes(':')) {
    const value = ipv4(address);
    return value === undefined ? undefined : { value, width: 32 };
  }
  // Behind %: the interface of a link-local address.
  const value = ipv6(address.replace(/%.*$/s, ''));
  if (value === undefined) return undefined;
  // ::ffff:a.b.c.d is how an IPv4 connection looks to a server that listens on both.
  return value >> 32n === 0xffffn ? { value: value & 0xffff_ffffn, width: 32 } : { value, width: 128 };
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return joined(parts.map(BigInt), 8n);
}

function ipv6(text: string): bigint | undefined {
  const halves = text.split('::').map(groupsOf);
  const [head, tail] = halves;
  if (halves.length > 2 || head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 8 ? joined(head, 16n) : undefined;
  const left = 8 - head.length - tail.length;
  return left < 1 ? undefined : joined([...head, ...Array<bigint>(left).fill(0n), ...tail], 16n);
}

/** `1:2:10.0.0.1` → its groups of 16 bits; undefined where one is none. */
function groupsOf(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes('.') ? ipv4(part) : undefined;
    if (embedded !== undefined) groups.push(embedded >> 16n, embedded & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function joined(parts: readonly bigint[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | part, 0n);
}
