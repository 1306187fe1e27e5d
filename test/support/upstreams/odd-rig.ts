import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { OddUpstream } from './odd-upstream.js';
import { server, UpstreamRig } from './upstream-rig.js';

/** A rig with the template `odd`, and for each test an upstream that has not been heard of. */
export interface OddRig {
  readonly upstream: OddUpstream;
  readonly rig: UpstreamRig;
  /** As another server each time: what is known of one is not of the next. */
  register: () => Promise<void>;
  /** What a caller of its tool reads. */
  call: () => Promise<string>;
}

export function withOddUpstream(template: object): OddRig {
  let rig: UpstreamRig;
  let upstream: OddUpstream;
  let servers = 0;
  beforeAll(() => {
    rig = new UpstreamRig({ odd: template });
  });
  beforeEach(async () => {
    upstream = await new OddUpstream().start();
  });
  afterAll(() => rig.close());
  return {
    get upstream() {
      return upstream;
    },
    get rig() {
      return rig;
    },
    register: () => rig.register(server(`odd-${(servers += 1)}`, 'odd', { url: upstream.url })),
    call: async () => (await rig.call('odd__look')).text,
  };
}
