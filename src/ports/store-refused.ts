/**
 * Thrown at boot when the store must not be used: held by another process, damaged, not permitted, migrated by a later
 * version. The message is a sentence for the operator; trying again without doing something does not help.
 */
export class StoreRefused extends Error {}
