import { type PolicyVerdict, PublishPolicy } from '../../ports/publish-policy.port.js';

/** The policy of a gateway that has none. */
export class AllowAllPolicy extends PublishPolicy {
  judge(): Promise<PolicyVerdict> {
    return Promise.resolve({ action: 'allow' });
  }
}
