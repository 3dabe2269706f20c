/** A broadcast to everybody who is connected now. */
import { byId } from '../dom.js';
import { jsonIn, namesIn, plural } from './form-values.js';
import { requestForm } from './request-form.js';

/** @param post sends a body to a path of the REST API */
export function showBroadcastForm(post) {
  requestForm('broadcast-form', 'broadcast-result', async () => {
    const users = namesIn('broadcast-except');
    const { matched } = await post('./v1/broadcast', {
      event: byId('broadcast-event').value,
      data: jsonIn('broadcast-data'),
      ...(users.length > 0 && { except: { users } }),
    });
    return {
      text: `Matched ${plural(matched.users, 'user')}, ${plural(matched.connections, 'connection')}`,
      kind: matched.users > 0 ? 'good' : 'none',
    };
  });
}
