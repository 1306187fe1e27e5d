import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { hasPython } from '../support/python/python-program.js';
import { isTheSameBehindTheGateway } from '../support/upstreams/real/compared.js';
import { hasGo, hasJava, hasRust } from '../support/installed-once.js';
import { GO_SERVERS, JAVA_SERVERS, RUST_SERVERS } from '../support/upstreams/real/compiled-servers.js';
import { SDK_SERVERS } from '../support/upstreams/real/own-servers.js';
import { PACKAGED_SERVERS } from '../support/upstreams/real/packaged-servers.js';
import { PYTHON_SERVERS } from '../support/upstreams/real/python-servers.js';
import { RealServerRig, type RealServer } from '../support/upstreams/real/real-server-rig.js';

/** On a new machine the servers are installed and compiled first. */
jest.setTimeout(900_000);

const LANGUAGES: [string, boolean, readonly RealServer[]][] = [
  ['TypeScript', true, [...SDK_SERVERS, ...PACKAGED_SERVERS]],
  ['Python', hasPython(11), PYTHON_SERVERS],
  ['Go', hasGo(), GO_SERVERS],
  ['Rust', hasRust(), RUST_SERVERS],
  ['Java', hasJava(), JAVA_SERVERS],
];

for (const [language, isThere, servers] of LANGUAGES) {
  (isThere ? describe : describe.skip)(`servers in ${language}`, () => {
    let rig: RealServerRig;
    beforeAll(async () => {
      rig = await RealServerRig.start(servers);
    });
    afterAll(() => rig?.stop());
    for (const server of servers) isTheSameBehindTheGateway(server, () => rig);
  });
}
