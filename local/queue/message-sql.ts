const COLUMNS =
  'seq, message_id, fifo_group, deduplication_id, sent_at, enqueued_at, visible_at, receive_count, first_received_at, received_at, receipt, origin_queue_id';

/** Every SQL statement of the message tables; each one is checked to use an index (queue-database.test.ts). */
export const MESSAGE_SQL = {
  insert: `INSERT INTO message (queue_id, message_id, fifo_group, deduplication_id, sent_at, enqueued_at, visible_at, turn, receive_count)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  insertContent: 'INSERT INTO content (seq, body, attributes, system) VALUES (?, ?, ?, ?)',
  get: `SELECT ${COLUMNS} FROM message WHERE seq = ? AND queue_id = ?`,
  getContent: 'SELECT body, attributes, system FROM content WHERE seq = ?',
  delete: 'DELETE FROM message WHERE seq = ?',
  deleteContent: 'DELETE FROM content WHERE seq = ?',
  readyStandard: `SELECT ${COLUMNS} FROM message
    WHERE queue_id = ? AND fifo_group IS NULL AND visible_at = 0 ORDER BY turn LIMIT ?`,
  expiredStandard: `SELECT seq FROM message
    WHERE queue_id = ? AND fifo_group IS NULL AND visible_at BETWEEN 1 AND ? ORDER BY visible_at LIMIT ?`,
  inGroup: `SELECT ${COLUMNS} FROM message WHERE queue_id = ? AND fifo_group = ? ORDER BY seq LIMIT ?`,
  heldUntil: `SELECT MAX(visible_at) AS visible_at FROM message
    WHERE queue_id = ? AND fifo_group = ? AND receipt IS NOT NULL`,
  receive: `UPDATE message SET visible_at = ?, receipt = ?, receive_count = receive_count + 1, received_at = ?,
    first_received_at = coalesce(first_received_at, ?) WHERE seq = ?`,
  hideUntil: 'UPDATE message SET visible_at = ? WHERE seq = ?',
  makeReady: 'UPDATE message SET visible_at = 0, turn = ? WHERE seq = ?',
  move: `INSERT INTO message (queue_id, message_id, fifo_group, deduplication_id, sent_at, enqueued_at, visible_at, turn,
      receive_count, first_received_at, origin_queue_id)
    SELECT ?, ?, fifo_group, deduplication_id, ?, ?, ?, ?, ?, ?, ? FROM message WHERE seq = ?`,
  moveContent: 'UPDATE content SET seq = ? WHERE seq = ?',
  expired: 'SELECT seq, fifo_group FROM message WHERE queue_id = ? AND enqueued_at <= ? ORDER BY enqueued_at LIMIT ?',
  seqs: 'SELECT seq FROM message WHERE queue_id = ? ORDER BY seq',
  count: 'SELECT count(*) AS n FROM message WHERE queue_id = ?',
  countHeld: `SELECT count(*) AS n FROM message INDEXED BY message_held
    WHERE queue_id = ? AND receipt IS NOT NULL AND visible_at > ?`,
  countDelayed:
    'SELECT count(*) AS n FROM message WHERE queue_id = ? AND receipt IS NULL AND visible_at > 0 AND visible_at > ?',
  nextStandard: 'SELECT MIN(visible_at) AS at FROM message WHERE queue_id = ? AND fifo_group IS NULL',
  deleteAllContent: 'DELETE FROM content WHERE seq IN (SELECT seq FROM message WHERE queue_id = ?)',
  deleteAll: 'DELETE FROM message WHERE queue_id = ?',
  delayUnreceived: `UPDATE message SET visible_at = CASE WHEN ? = 0 THEN 0 ELSE sent_at + ? END
    WHERE queue_id = ? AND receipt IS NULL AND fifo_group IS NOT NULL`,
  groups: 'SELECT name FROM fifo_group WHERE queue_id = ?',
  addGroup:
    'INSERT INTO fifo_group (queue_id, name, available_at, turn) VALUES (?, ?, ?, ?) ON CONFLICT (queue_id, name) DO NOTHING',
  setGroup: 'UPDATE fifo_group SET available_at = ?, turn = ? WHERE queue_id = ? AND name = ?',
  dropGroup: 'DELETE FROM fifo_group WHERE queue_id = ? AND name = ?',
  deleteGroups: 'DELETE FROM fifo_group WHERE queue_id = ?',
  readyGroups: `SELECT name FROM fifo_group WHERE queue_id = ? AND available_at = 0 ORDER BY turn LIMIT ?`,
  expiredGroups: `SELECT name FROM fifo_group
    WHERE queue_id = ? AND available_at BETWEEN 1 AND ? ORDER BY available_at LIMIT ?`,
  nextGroup: 'SELECT MIN(available_at) AS at FROM fifo_group WHERE queue_id = ?',
  lastTurn: `SELECT max(
      coalesce((SELECT max(turn) FROM message WHERE queue_id = ?1 AND fifo_group IS NULL AND visible_at = 0), 0),
      coalesce((SELECT max(turn) FROM fifo_group WHERE queue_id = ?1 AND available_at = 0), 0)) AS turn`,
} as const;
