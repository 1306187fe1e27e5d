import { describe, jest } from '@jest/globals';
import { join } from 'node:path';
import { ALL_CALLERS, compiled, shows, withGateway } from '../support/clients/key-callers.js';
import { hasRust } from '../support/installed-once.js';

/** Its libraries take two minutes of two cores to compile. */
jest.setTimeout(900_000);

const gateway = withGateway();

(hasRust() ? describe : describe.skip)("the official SDK's client for Rust shows", () => {
  shows(
    ALL_CALLERS,
    () => {
      const target = compiled('cargo', (folder) => ['build', '--quiet', '--locked', '--target-dir', folder]);
      return () => [join(target, 'debug', 'client'), gateway().mcpUrl];
    },
    /Auth required/,
  ); // it keeps the words of a 401 to itself
});
