/**
 * One read at a time for each id, for any number of callers. Callers that come during a read share the next one: the
 * read in flight may have begun before the write that they want to see.
 */
export function sharedReads<Id, Found>(read: (id: Id) => Promise<Found>): (id: Id) => Promise<Found> {
  const inFlight = new Map<Id, { readonly now: Promise<Found>; next?: Promise<Found> }>();

  function begin(id: Id): Promise<Found> {
    const reading: { readonly now: Promise<Found>; next?: Promise<Found> } = { now: read(id) };
    inFlight.set(id, reading);
    const ended = (): void => {
      if (reading.next === undefined) inFlight.delete(id);
    };
    reading.now.then(ended, ended);
    return reading.now;
  }

  return (id) => {
    const reading = inFlight.get(id);
    if (reading === undefined) return begin(id);
    const again = () => begin(id);
    reading.next ??= reading.now.then(again, again);
    return reading.next;
  };
}
