/** The calendar day (YYYY-MM-DD) that an instant belongs to in a time zone: what a cap per day counts by. */
export function localDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}
