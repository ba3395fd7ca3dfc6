/**
 * One read at a time for each id, however many ask. Whoever asks while one is under way gets the next, which all of them share: the one
 * under way may have begun before what they want to see was written.
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
