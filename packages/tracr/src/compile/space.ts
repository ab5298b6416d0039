import { compareDirections, type Direction, directionKey } from "./direction.ts";

/** A set of directions in sorted order: the axes of a matrix. */
export class Space {
  readonly directions: readonly Direction[];
  private readonly positions: ReadonlyMap<string, number>;

  constructor(directions: Iterable<Direction>) {
    const distinct = new Map<string, Direction>();
    for (const direction of directions) {
      const key = directionKey(direction);
      if (!distinct.has(key)) distinct.set(key, direction);
    }
    this.directions = [...distinct.values()].sort(compareDirections);
    this.positions = new Map(this.directions.map((direction, i) => [directionKey(direction), i]));
  }

  /** The sorted union of several spaces. */
  static join(...spaces: readonly Space[]): Space {
    return new Space(spaces.flatMap((space) => space.directions));
  }

  get size(): number {
    return this.directions.length;
  }

  /** Place of a direction, or -1. */
  find(direction: Direction): number {
    return this.positions.get(directionKey(direction)) ?? -1;
  }

  has(direction: Direction): boolean {
    return this.find(direction) >= 0;
  }

  /** Place of a direction known to be here. */
  index(direction: Direction): number {
    const i = this.find(direction);
    if (i < 0) throw new RangeError(`direction ${direction.name} is not in this space`);
    return i;
  }

  /** Places of all directions of `other`, which must be contained in this space. */
  indicesOf(other: Space): number[] {
    return other.directions.map((direction) => this.index(direction));
  }

  /** Whether both hold the same directions. */
  equals(other: Space): boolean {
    return this.size === other.size && other.directions.every((direction) => this.has(direction));
  }
}
