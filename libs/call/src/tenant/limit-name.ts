/** The kind of a limit. PBXs and trunks are few, so metrics name them. Extensions and numbers are too many. */
type LimitKind = 'pbx' | 'trunk' | 'extension' | 'number';

/** A call takes one permit on its PBX for as long as it has a channel there. */
export function pbxLimit(pbx: string): string {
  return `pbx.${pbx}`;
}

export function trunkLimit(trunk: string): string {
  return `trunk.${trunk}`;
}

export function extensionLimit(tenantId: string, extension: string): string {
  return `extension.${tenantId}.${extension}`;
}

/** `hash`: of the tenant and the number. Limits are keys in Redis, and a key must not contain a person's number. */
export function numberLimit(hash: string): string {
  return `number.${hash}`;
}

export function kindOfLimit(limit: string): LimitKind {
  return limit.split('.')[0] as LimitKind;
}

/** A phone has no pace: a call waits for it until another call ends. */
export function isPhoneLimit(kind: string | undefined): kind is 'extension' | 'number' {
  return kind === 'extension' || kind === 'number';
}

/** The limits that the configuration names: those that metrics and checks show. */
export function configuredLimits({ pbxs, trunks }: Configured): string[] {
  return [...pbxs.map(({ name }) => pbxLimit(name)), ...trunks.map(({ name }) => trunkLimit(name))];
}

interface Configured {
  readonly pbxs: readonly { readonly name: string }[];
  readonly trunks: readonly { readonly name: string }[];
}
