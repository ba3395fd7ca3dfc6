/** The oldest Node that runs what is built: `engines` of package.json states the same. */
export const oldestNode = 22;

/**
 * The first thing that a process does: ends it with a sentence where Node is too old. This file imports nothing, and holds
 * nothing that a Node of 2022 cannot read; its caller imports the rest afterwards, with `import()`.
 */
export function demandNode(version: string = process.versions.node): void {
  const sentence = whyTooOld(version);
  if (sentence === undefined) return;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Undefined: it is not. */
export function whyTooOld(version: string): string | undefined {
  const [major] = version.split('.').map(Number);
  if (major !== undefined && major >= oldestNode) return undefined;
  return `Redial needs Node ${oldestNode} or later to run, and this is Node ${version} (${process.execPath}).`;
}
