/**
 * Runs work that any client may cause at most once in `ms`. All callers within that time get the same result. After a
 * failure the next caller causes a new try. `now` is a clock that is never set back.
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
        // Counted from the end. Otherwise work that takes longer than `ms` would be started again by each caller.
        if (made === own) made = { at: now(), result: own.result };
      },
      () => {
        if (made === own) made = undefined;
      },
    );
    return own.result;
  };
}
