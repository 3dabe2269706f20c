/** A chat message that is about to be stored. */
export interface MessageDraft {
  readonly room: string;
  readonly from: string;
  readonly to?: string | undefined;
  readonly body: string;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

export type PolicyVerdict =
  | { readonly action: 'allow' }
  | { readonly action: 'rewrite'; readonly body: string }
  | { readonly action: 'refuse' };

/**
 * Asked before a chat message is stored or edited. A policy that throws or does not answer in time refuses: the sender
 * gets `unavailable`.
 */
export abstract class PublishPolicy {
  abstract judge(draft: MessageDraft): Promise<PolicyVerdict>;
}
