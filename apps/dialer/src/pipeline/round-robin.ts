export type Turns = <T>(items: readonly T[]) => T[];

/** The items, beginning with another one each time. */
export function createRoundRobin(): Turns {
  let turn = 0;
  return (items) => {
    turn = (turn + 1) % items.length;
    return [...items.slice(turn), ...items.slice(0, turn)];
  };
}
