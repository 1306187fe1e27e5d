import { describe, expect, it } from '@jest/globals';
import { effectiveScopes } from './effective-scopes.js';

describe('The scopes of a key', () => {
  it('are those it was created with, while its owner has them', () => {
    expect([...effectiveScopes(['tools:call'], 'user')]).toEqual(['tools:call']);
    expect([...effectiveScopes(['tools:call', 'gateway:write'], 'admin')]).toEqual(['gateway:write', 'tools:call']);
  });

  it('never exceed what its owner may do now', () => {
    expect([...effectiveScopes(['gateway:write', 'records:raw'], 'user')]).toEqual([]);
    expect([...effectiveScopes(['admin'], 'user')]).toEqual(['gateway:read', 'tools:call']);
    expect(effectiveScopes(['admin'], 'admin').has('admin')).toBe(true);
  });

  it('are one object for equal answers', () => {
    expect(effectiveScopes(['tools:call'], 'user')).toBe(effectiveScopes(['tools:call'], 'admin'));
  });
});
