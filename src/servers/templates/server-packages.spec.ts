import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { packageFolders, PackageMissing } from './server-packages.js';
import { SHIPPED_TEMPLATES } from './shipped-templates.js';

const { devDependencies } = JSON.parse(readFileSync('test/package.json', 'utf8')) as { devDependencies: Record<string, string> };

describe('The package of a shipped template', () => {
  it.each([
    ['file-server', 'filesystem'],
    ['memory', 'memory'],
    ['everything', 'everything'],
  ])('of %s is installed, where it is not there, in the version that the tests run', (template, server) => {
    const name = `@modelcontextprotocol/server-${server}`;
    const missing = new PackageMissing(name, packageFolders('/var/lib/tallygate'));
    expect(missing.command).toBe(`npm install --prefix /var/lib/tallygate/packages ${name}@${devDependencies[name]}`);
    expect(() => SHIPPED_TEMPLATES[template]!(['/nowhere'])).toThrow(`needs the package ${name}, which is not installed`);
  });
});
