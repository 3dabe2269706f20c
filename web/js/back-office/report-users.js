/** The users of a delivery report, with their devices. */
import { byId } from '../dom.js';

/** @param hasMore there are users beyond these */
export function drawUsers(users, hasMore = false) {
  const rows = users.map(({ user, state, devices }) => {
    const acked = devices.filter((device) => device.acked).length;
    return row([user, state, devices.length === 0 ? '' : `${acked} of ${devices.length}`]);
  });
  byId('report-user-rows').replaceChildren(...rows, ...(hasMore ? [row(['…', '', ''])] : []));
}

function row(texts) {
  const element = document.createElement('tr');
  element.append(
    ...texts.map((text) => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    }),
  );
  return element;
}
