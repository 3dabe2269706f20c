/** The two engines the queries run on. They share all but locks: SQLite has one writer and needs none. */
export type Engine = 'sqlite' | 'postgres';
