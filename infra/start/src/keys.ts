import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Secrets of the development stack. They are made once and kept in the data folder, so that yesterday's `curl` works
 * today.
 */
export interface DevelopmentKeys {
  readonly apiKey: string;
  readonly apiKeySha256: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly amiSecret: string;
  readonly redisPassword: string;
  /** The password for the vendors' APIs, of user `demo` of organisation `demo`. */
  readonly vendorPassword: string;
  readonly vendorKey: string;
}

export function developmentKeys(dataFolder: string): DevelopmentKeys {
  const file = join(dataFolder, 'keys.json');
  if (!existsSync(file)) {
    mkdirSync(dataFolder, { recursive: true });
    const fresh = {
      apiKey: `rdl_${randomBytes(24).toString('base64url')}`,
      adminPassword: randomBytes(9).toString('base64url'),
      amiSecret: randomBytes(18).toString('base64url'),
      redisPassword: randomBytes(18).toString('base64url'),
    };
    writeFileSync(file, JSON.stringify(fresh, null, 2), { mode: 0o600 });
  }
  const { apiKey, adminPassword, amiSecret, redisPassword } = read(file);
  if (apiKey === undefined || adminPassword === undefined || amiSecret === undefined) {
    throw new Error(`${file} lacks a key: delete it and start again, and new ones are made`);
  }
  return {
    apiKey,
    apiKeySha256: createHash('sha256').update(apiKey).digest('hex'),
    adminUser: 'admin',
    adminPassword,
    amiSecret,
    // Derived from the key, so that an older data folder has them too.
    redisPassword: redisPassword ?? derived(apiKey, 'redis password').slice(0, 24),
    vendorPassword: derived(apiKey, 'vendor password').slice(0, 12),
    vendorKey: derived(apiKey, 'vendor key').slice(0, 32),
  };
}

function derived(key: string, use: string): string {
  return createHmac('sha256', key).update(use).digest('base64url');
}

function read(file: string): Record<string, string | undefined> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {}; // Half written: the same as a missing key.
  }
}
