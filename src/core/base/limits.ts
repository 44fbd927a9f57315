/** A bound on something that input could make grow: reaching it is counted and visible, never silent. */
export interface Limit {
  readonly name: string;
  readonly maximum: number;
  reached: number;
}

export function createLimit(name: string, maximum: number): Limit {
  return { name, maximum, reached: 0 };
}
