// ClickHouse with a Keeper, as a process: runs statements one after the other and prints what they answer, a JSON list of texts.
// Arguments: the port of the Keeper, the name of the replica, its folder. Standard input: the statements as a JSON list.
// It is the embedded engine, which has no port for other servers: tables with replicas can be made and looked at, and not written.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Session } from 'chdb';

const [port, replica, folder] = process.argv.slice(2);
const config = join(folder, 'config.xml');
writeFileSync(
  config,
  `<clickhouse><zookeeper><node><host>127.0.0.1</host><port>${port}</port></node></zookeeper>
   <macros><shard>1</shard><replica>${replica}</replica></macros></clickhouse>`,
);
const session = new Session(join(folder, 'data'), { connectionArgs: [`--config-file=${config}`] });
const answers = [];
for (const statement of ['CREATE DATABASE tallygate', 'USE tallygate', ...(await json(process.stdin))]) {
  const result = await session.queryAsync(statement, { format: 'TSVRaw' });
  answers.push(new TextDecoder().decode(result.bytes()).trim());
}
// Its tables go on asking for a port, and would have it wait for them.
process.stdout.write(JSON.stringify(answers), () => process.kill(process.pid, 'SIGKILL'));
