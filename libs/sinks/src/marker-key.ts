/**
 * The key that marks a delivery as made. It lies in the same Redis Cluster slot as the list or stream, so that one
 * script may write both. It has the same hash tag, or the whole key as its tag.
 */
export function markerKey(key: string, deliveryId: string): string {
  const inSlot = hasHashTag(key) ? key : `{${key}}`;
  return `${inSlot}:delivered:${deliveryId}`;
}

/** Throws for a key with a `}` and no hash tag: no other key can be named that is certain to share its slot. */
export function refuseKeyWithoutMarkers(key: string): void {
  if (key.includes('}') && !hasHashTag(key))
    throw new RangeError('the key holds a } without a hash tag such as {cdrs}');
}

/** By Redis Cluster's rule: something stands between the first `{` and the first `}` after it. */
function hasHashTag(key: string): boolean {
  return /^[^{]*\{[^}]+\}/.test(key);
}

/**
 * How long the marker lasts: the longest time between a push and the write of the delivery's record that is still safe.
 * If all results processes are down for longer, in between, the CDR is pushed once more. Its id shows the repetition.
 */
export const markerSeconds = 3 * 86_400;
