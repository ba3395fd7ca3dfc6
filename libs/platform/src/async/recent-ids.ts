/** The last `most` ids that were added; older ones are forgotten. */
interface RecentIds<Id> {
  add(id: Id): void;
  delete(id: Id): void;
  has(id: Id): boolean;
}

export function createRecentIds<Id>(most: number): RecentIds<Id> {
  // A Set keeps the order of insertion, so its first is the oldest.
  const ids = new Set<Id>();
  return {
    add: (id) => {
      ids.delete(id);
      ids.add(id);
      if (ids.size > most) ids.delete(ids.values().next().value as Id);
    },
    delete: (id) => void ids.delete(id),
    has: (id) => ids.has(id),
  };
}
