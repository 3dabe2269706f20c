import { type History, operationsOf, repliesOf } from './history.js';

/** How often a run went through what it is about: a run that did not proves nothing. */
export interface Activity {
  readonly acknowledged: number;
  /** Sends whose end the sender never learned on that connection. */
  readonly unknown: number;
  /** Sends that were answered as stored before. */
  readonly repeated: number;
  readonly revised: number;
  readonly resumed: number;
  /** Joins that had to fill up from history. */
  readonly filledUp: number;
  readonly pushes: number;
  readonly markers: number;
}

export function activityOf({ operations, pushes, markers }: History): Activity {
  const sent = repliesOf(operations, 'chat.send');
  const joined = repliesOf(operations, 'chat.join');
  const revisions = [...repliesOf(operations, 'chat.edit'), ...repliesOf(operations, 'chat.delete')];
  return {
    acknowledged: sent.length,
    unknown: operationsOf(operations, 'chat.send').filter(({ ending }) => ending?.outcome === 'info').length,
    repeated: sent.filter(({ reply }) => reply.duplicate).length,
    revised: revisions.filter(({ reply }) => reply.seq !== null).length,
    resumed: joined.filter(({ reply }) => reply.recovered).length,
    filledUp: joined.filter(({ reply }) => reply.reason === 'tooMany').length,
    pushes: pushes.length,
    markers: markers.length,
  };
}
