import type { DatabaseSync } from 'node:sqlite';
import type { Transactions } from './transactions.ts';

/** Where readers of the streams have got to. */
export interface PositionStore {
  /** 0 where none was set. */
  position(name: string): Promise<number>;
  setPosition(name: string, position: number): Promise<void>;
}

export function positionStore(db: DatabaseSync, transactions: Transactions): PositionStore {
  const select = db.prepare('SELECT position FROM position WHERE name = ?');
  const upsert = db.prepare(
    'INSERT INTO position (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
  );
  return {
    position: (name) => transactions.read(() => Number(select.get(name)?.['position'] ?? 0)),
    setPosition: (name, position) =>
      transactions.write(() => {
        upsert.run(name, position);
      }),
  };
}
