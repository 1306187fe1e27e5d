import { afterAll, beforeAll } from '@jest/globals';
import { isTheSameBehindTheGateway } from '../support/upstreams/real/compared.js';
import { EVERYTHING_HTTP, EVERYTHING_STDIO, FILESYSTEM, MEMORY } from '../support/upstreams/real/npm-servers.js';
import { RealServerRig } from '../support/upstreams/real/real-server-rig.js';

const SERVERS = [EVERYTHING_STDIO, EVERYTHING_HTTP, FILESYSTEM, MEMORY];
let rig: RealServerRig;

beforeAll(async () => {
  rig = await RealServerRig.start(SERVERS);
}, 60_000);
afterAll(() => rig?.stop(), 60_000);

for (const server of SERVERS) isTheSameBehindTheGateway(server, () => rig);
