export interface UpdateTables {}
