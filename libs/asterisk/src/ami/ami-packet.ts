/** One received AMI packet. A header may come more than once (`Variable`, `ChanVariable`): all are kept, in order. */
export interface AmiPacket {
  readonly kind: 'event' | 'response';
  /** The name of an event; `Success`, `Error` or another word of a response. */
  readonly name: string;
  /** The first header of that name. */
  get(header: string): string | undefined;
  all(header: string): string[];
  /** Every header, the first line included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const event = 'Event: ';
const response = 'Response: ';

/**
 * The name of an event's packet, without parsing the rest. Most events do not concern Redial, and there are thousands a
 * second.
 */
export function eventNameOf(text: string): string | undefined {
  if (!text.startsWith(event)) return undefined;
  const end = text.indexOf('\r\n');
  return end === -1 ? text.slice(event.length) : text.slice(event.length, end);
}

/** A packet's text → the packet. Undefined for the greeting, and for a packet whose beginning was lost. */
export function parsePacket(text: string): AmiPacket | undefined {
  const kind = text.startsWith(event) ? 'event' : text.startsWith(response) ? 'response' : undefined;
  if (kind === undefined) return undefined;
  const headers: [string, string][] = [];
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    headers.push([line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)]);
  }
  return {
    kind,
    name: headers[0]?.[1] ?? '',
    headers,
    get: (name) => headers.find((header) => header[0] === name)?.[1],
    all: (name) => headers.flatMap((header) => (header[0] === name ? [header[1]] : [])),
  };
}
