const LABEL_HEIGHT = 16;

/** Heights for labels that want to stand at `wanted`: in the same order, and none over another. */
export function placeLabels(wanted: readonly number[]): readonly number[] {
  const placed: number[] = Array.from({ length: wanted.length });
  const order = wanted.map((_, index) => index).toSorted((one, two) => wanted[one]! - wanted[two]!);
  let group: number[] = [];
  const groups: number[][] = [];
  for (const index of order) {
    group = [index];
    // A group that reaches into the one above becomes one with it, centred on what all of them want.
    while (
      groups.length > 0 &&
      topOf(group, wanted) < topOf(groups.at(-1)!, wanted) + heightOf(groups.at(-1)!)
    ) {
      group = [...groups.pop()!, ...group];
    }
    groups.push(group);
  }
  for (const members of groups) {
    members.forEach((index, row) => {
      placed[index] = topOf(members, wanted) + (row + 0.5) * LABEL_HEIGHT;
    });
  }
  return placed;
}

function topOf(group: readonly number[], wanted: readonly number[]): number {
  const centre = group.reduce((sum, index) => sum + wanted[index]!, 0) / group.length;
  return centre - heightOf(group) / 2;
}

function heightOf(group: readonly number[]): number {
  return group.length * LABEL_HEIGHT;
}
