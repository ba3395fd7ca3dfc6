export type RoundRobin = <T>(items: readonly T[]) => T[];

/** Returns the items, and begins with another one each time. */
export function createRoundRobin(): RoundRobin {
  let turn = 0;
  return (items) => {
    turn = (turn + 1) % items.length;
    return [...items.slice(turn), ...items.slice(0, turn)];
  };
}
