import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../gateway/free-port.js';
import { eventually } from '../eventually.js';
import { installedOnce, run } from '../installed-once.js';

const POM = join('test', 'support', 'databases', 'keeper', 'pom.xml');

/** What servers of a ClickHouse cluster agree by: Apache ZooKeeper, which needs Java. */
export interface Keeper {
  port: number;
  stop: () => Promise<void>;
}

export async function startKeeper(folder: string): Promise<Keeper> {
  const program = installedOnce('tallygate-keeper', POM, (target) =>
    run('mvn', '--quiet', '--batch-mode', '--file', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`),
  );
  const port = await freePort();
  const args = ['-Dzookeeper.admin.enableServer=false', '-Dzookeeper.clientPortAddress=127.0.0.1', '-cp', join(program, '*')];
  const server = spawn('java', [...args, 'org.apache.zookeeper.server.ZooKeeperServerMain', String(port), folder], {
    stdio: 'ignore',
  });
  await eventually(() => serves(port));
  const stop = async () => {
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  };
  return { port, stop };
}

/** Its port is open before it serves. */
async function serves(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
  if (!/^Mode: /m.test(await text(socket))) throw new Error('ZooKeeper does not serve yet');
}
