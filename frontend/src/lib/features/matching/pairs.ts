const same = ([a, b]: readonly string[], [c, d]: readonly string[]) => (a === c && b === d) || (a === d && b === c);

/** Whether two types may meet, where `apart` lists the pairs that may not, in either order. */
export const mayMeet = (apart: readonly string[][], one: string, other: string) =>
  !apart.some((pair) => same(pair, [one, other]));

/** `apart` with the pair put in or taken out. */
export const toggled = (apart: readonly string[][], one: string, other: string): string[][] =>
  mayMeet(apart, one, other) ? [...apart.map((pair) => [...pair]), [one, other]] : apart.filter((pair) => !same(pair, [one, other])).map((pair) => [...pair]);
