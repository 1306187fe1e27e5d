import { describe, expect, it } from '@jest/globals';
import { pageAt } from './pages';

describe('the page of a path', () => {
  it('is told the named parts of the path, decoded', () => {
    expect(pageAt('/tools/a%20b')).toMatchObject({ page: { path: '/tools/:name' }, names: { name: 'a b' } });
  });

  it.each(['/tools/%ff', '/keys/%', '/admin/servers/%E0%A4', '/nowhere'])('is none for %s', (path) =>
    expect(pageAt(path)).toBeUndefined(),
  );
});
