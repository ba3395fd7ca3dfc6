/**
 * Work that whoever asks may cause, done at most once in `ms`: all who ask meanwhile get what the last one gave. Where it failed, the next
 * one who asks tries again. `now` is a clock that is never set back.
 */
export function sharedFor<T>(
  ms: number,
  work: () => Promise<T>,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let made: { readonly at: number; readonly result: Promise<T> } | undefined;
  return () => {
    if (made !== undefined && now() - made.at < ms) return made.result;
    const own = { at: now(), result: work() };
    made = own;
    own.result.then(
      () => {
        // From the end: work that takes longer than `ms` is not begun anew for each who asks.
        if (made === own) made = { at: now(), result: own.result };
      },
      () => {
        if (made === own) made = undefined;
      },
    );
    return own.result;
  };
}
