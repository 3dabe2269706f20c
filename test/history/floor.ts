/** The greatest value known at a moment, of values that were added with the moment each became known. */
export class Floor {
  private readonly known: { readonly at: number; readonly value: number }[] = [];
  private isSorted = true;

  add(at: number, value: number): void {
    this.known.push({ at, value });
    this.isSorted = false;
  }

  /** 0 when nothing was known. */
  before(at: number): number {
    this.sort();
    let low = 0;
    let high = this.known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.known[middle]!.at < at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low === 0 ? 0 : this.known[low - 1]!.value;
  }

  private sort(): void {
    if (this.isSorted) {
      return;
    }
    this.known.sort((one, other) => one.at - other.at);
    let greatest = 0;
    this.known.forEach(({ at, value }, index) => {
      greatest = Math.max(greatest, value);
      this.known[index] = { at, value: greatest };
    });
    this.isSorted = true;
  }
}

/** Floors by name, made when first asked for. */
export class Floors {
  private readonly floors = new Map<string, Floor>();

  of(name: string): Floor {
    let floor = this.floors.get(name);
    if (floor === undefined) {
      floor = new Floor();
      this.floors.set(name, floor);
    }
    return floor;
  }
}
