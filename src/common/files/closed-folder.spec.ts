import { describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { closeFolder } from './closed-folder.js';

const modeOf = (folder: string) => (statSync(folder).mode & 0o7777).toString(8);

describe('A folder that is closed', () => {
  it('is its owner’s alone, whether it is new or was open', () => {
    const folder = temporaryFolder('closed');
    const [fresh, open] = [join(folder, 'new', 'er'), join(folder, 'open')];
    mkdirSync(open);
    chmodSync(open, 0o775);
    for (const path of [fresh, open]) {
      expect(closeFolder(path)).toBeUndefined();
      expect(modeOf(path)).toBe('700');
    }
    rmSync(folder, { recursive: true });
  });

  it('lets one group through', () => {
    const folder = temporaryFolder('closed');
    expect(closeFolder(folder, statSync(folder).gid)).toBeUndefined();
    expect(modeOf(folder)).toBe('710');
    rmSync(folder, { recursive: true });
  });

  it('is left alone where everybody keeps things', () => {
    const folder = temporaryFolder('closed');
    chmodSync(folder, 0o1777);
    expect(closeFolder(folder)).toMatch('is a folder for everybody');
    expect(modeOf(folder)).toBe('1777');
    rmSync(folder, { recursive: true });
  });

  (existsSync('/proc/self/task') ? it : it.skip)(
    'is used all the same where its mode cannot be changed, and that is said',
    () => {
      expect(closeFolder('/proc/self/task')).toMatch(/stays open to others: .*EPERM/);
    },
  );
});
