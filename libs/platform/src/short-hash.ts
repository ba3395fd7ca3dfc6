import { createHash } from 'node:crypto';

/** 128 bits of SHA-256: collisions are practically impossible, and the text cannot be recovered. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
