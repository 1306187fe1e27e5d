import { describe } from '@jest/globals';
import { hasBrowser } from './portal-browser.js';

if (!hasBrowser) process.stderr.write('SKIPPED: the portal in a browser; install chromium to run it.\n');

/** Tests that need a browser: skipped, in words, on a machine without one. */
export const inBrowser = hasBrowser ? describe : describe.skip;
