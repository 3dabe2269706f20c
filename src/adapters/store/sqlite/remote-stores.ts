import type { SqlStores } from '../sql/sql-stores.js';
import type { StoreThread } from './store-thread.js';

/** Every method of every store, checked against the ports: what is missing here does not compile. */
const METHODS: { readonly [Store in keyof SqlStores]: Readonly<Record<keyof SqlStores[Store], true>> } = {
  rooms: {
    create: true,
    update: true,
    remove: true,
    find: true,
    list: true,
    openDirect: true,
    enter: true,
    member: true,
    members: true,
    changeMember: true,
    markRead: true,
    roomsOf: true,
    peersOf: true,
  },
  messages: { appendAll: true, findSend: true, edit: true, delete: true, page: true, trim: true },
  updates: {
    createAll: true,
    claimDue: true,
    pendingFor: true,
    ack: true,
    record: true,
    find: true,
    list: true,
    users: true,
    cancel: true,
    trim: true,
  },
  audit: { recordAll: true, list: true, trim: true },
  hooks: { take: true, retry: true, remove: true },
};

/** The stores of the thread, as the ports they fill: a method is a call, its arguments and result are cloned. */
export function remoteStores(thread: StoreThread): SqlStores {
  return Object.fromEntries(
    Object.entries(METHODS).map(([store, methods]) => [
      store,
      remoteStore(thread, store, Object.keys(methods)),
    ]),
  ) as unknown as SqlStores;
}

function remoteStore(thread: StoreThread, store: string, methods: readonly string[]): object {
  return Object.fromEntries(
    methods.map((method) => [method, (...args: readonly unknown[]) => thread.call(store, method, args)]),
  );
}
