/** An AMI event before it is sent: its headers in order, and the class of rights that may read it. */
export interface AmiEvent {
  readonly name: string;
  readonly privilege: 'call' | 'user';
  readonly headers: readonly Header[];
}

export type Header = readonly [name: string, value: string | number];

/** The text that Asterisk sends, blank line included. */
export function eventText(event: AmiEvent): string {
  return packet([['Event', event.name], ['Privilege', `${event.privilege},all`], ...event.headers]);
}

export function packet(headers: readonly Header[]): string {
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** The `eventfilter` lines of manager.redial.conf: an event that matches none of them is not sent. */
const eventFilters = [
  /^Event: OriginateResponse/,
  /^Event: Hangup\s.*Linkedid: att_/s,
  /^Event: Newstate.*Uniqueid: att_/s,
  /^Event: DialState.*DestUniqueid: att_.*DialStatus: PROGRESS/s,
  /^Event: DialEnd.*DestUniqueid: att_.*Forward: /s,
  /^Event: UserEvent.*UserEvent: RedialAttempt/s,
];

export function passesEventFilter(text: string): boolean {
  return eventFilters.some((filter) => filter.test(text));
}
