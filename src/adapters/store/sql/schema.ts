import type { ChatTables } from './chat.tables.js';
import type { OperationsTables } from './operations.tables.js';
import type { UpdateTables } from './update.tables.js';

/** Every table of the store. Times are epoch milliseconds, flags 0 or 1, documents JSON text. */
export type Schema = ChatTables & UpdateTables & OperationsTables;
