/**
 * Where it is remembered that a delivery was made. In the same Redis Cluster slot as the list or stream, so that one script may
 * write both: the same hash tag, or the whole key as the tag.
 */
export function markerKey(key: string, deliveryId: string): string {
  return `${inSlotOf(key)}:delivered:${deliveryId}`;
}

function inSlotOf(key: string): string {
  // Redis Cluster's rule: what stands between the first { and the first } after it, if anything does; else the whole key.
  const tagged = /^[^{]*\{[^}]+\}/.test(key);
  return tagged ? key : `{${key}}`;
}

/** Whether a marker in the key's slot can be written at all: a key with a } but no hash tag has no other key in its slot that we could name. */
export function hasMarkers(key: string): boolean {
  return /^[^{]*\{[^}]+\}/.test(key) || !key.includes('}');
}

/**
 * How long it is remembered: as long as a process may be away between pushing and writing down that it has. Longer, and a
 * results process that comes back pushes once more; the CDR's id tells.
 */
export const markerSeconds = 3 * 86_400;
