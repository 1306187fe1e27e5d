import { describe, expect, it } from '@jest/globals';
import { mayWrite, statementOf } from './statement.js';

const writes = (text: string) => mayWrite(statementOf(new URLSearchParams(), text));

describe('On a full disk', () => {
  it.each([
    'SELECT 1',
    'DROP TABLE t',
    'drop table if exists `db`.`t` sync;',
    'DROP TABLE {table:Identifier} SYNC',
    'TRUNCATE TABLE t',
    'TRUNCATE t',
    "ALTER TABLE mcp_tool_usage_log DROP PARTITION '202401'",
    "ALTER TABLE mcp_tool_usage_log DROP PARTITION ID '202401'",
    'ALTER TABLE db.t DROP PARTITION 202401',
    "ALTER TABLE t DROP PARTITION tuple('a', 2)",
    "ALTER TABLE t DROP PART '202401_1_1_0'",
    'ALTER TABLE t DROP PARTITION {month:String}',
    'DETACH TABLE t SYNC',
    'SYSTEM STOP TTL MERGES',
    "KILL QUERY WHERE Settings['log_comment'] = 'a' ASYNC",
  ])('passes what frees room or takes none: %s', (text) => expect(writes(text)).toBe(false));

  it.each([
    'INSERT INTO t VALUES (1)',
    'CREATE TABLE t (n Int) ENGINE = Memory',
    'ALTER TABLE t MODIFY TTL d + INTERVAL 4 MONTH',
    'ALTER TABLE t DROP COLUMN c',
    'ALTER TABLE t DROP DETACHED PARTITION 1',
    "ALTER TABLE t DROP PARTITION '1', ADD COLUMN c Int",
    'ALTER TABLE t DROP PARTITION 1; INSERT INTO t VALUES (1)',
    'DROP TABLE t; INSERT INTO u VALUES (1)',
    'TRUNCATE TABLE t; OPTIMIZE TABLE u FINAL',
    'SYSTEM START MERGES',
    'SYSTEM FLUSH LOGS',
    'SET async_insert = 1; INSERT INTO t VALUES (1)',
    "KILL QUERY WHERE user = 'a'; INSERT INTO t VALUES (1)",
    'OPTIMIZE TABLE t FINAL',
  ])('refuses what takes room: %s', (text) => expect(writes(text)).toBe(true));
});
