import { checkAcks } from './check-acks.js';
import { checkDeliveries } from './check-deliveries.js';
import { checkLogs } from './check-log.js';
import { checkMarkers } from './check-markers.js';
import { checkShown } from './check-shown.js';
import { type Evidence, type Violation, VIOLATIONS } from './evidence.js';

/** Everything in the evidence that contradicts what chat promises. Pure; empty means that nothing was found. */
export function check(evidence: Evidence): Violation[] {
  return [checkLogs, checkAcks, checkDeliveries, checkShown, checkMarkers].flatMap((find) => find(evidence));
}

/** Violations for a reader: how many of each kind, and the first of them in full. */
export function summary(violations: readonly Violation[], shownOfEach = 5): string {
  const kinds = [...new Set(violations.map(({ kind }) => kind))];
  return kinds
    .flatMap((kind) => {
      const ofKind = violations.filter((violation) => violation.kind === kind);
      const shown = ofKind.slice(0, shownOfEach).map(({ explanation }) => `  ${explanation}`);
      return [`${kind} (${ofKind.length}): ${VIOLATIONS[kind]}`, ...shown];
    })
    .join('\n');
}
