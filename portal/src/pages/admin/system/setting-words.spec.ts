import { describe, expect, it } from '@jest/globals';
import { sectionsOf, sourceText, valueText } from './setting-words';

const setting = (name: string, more: object = {}) => ({
  ...{ name, value: null, default: null, origin: 'default' as const, given_as: null, description: '' },
  ...more,
});
const SETTINGS = [
  setting('port', { value: 9000, origin: 'variable', given_as: 'GATEWAY_PORT', description: 'port of REST' }),
  setting('host', { value: '::' }),
  setting('log.level', { value: 'debug', origin: 'file' }),
  setting('log.format'),
];
const found = (wanted: string, isGivenOnly = false) =>
  sectionsOf(SETTINGS, wanted, isGivenOnly).map(([section, settings]) => [section, settings.map(({ name }) => name)]);

describe('Settings', () => {
  it('stand in their sections, those without one in a section of their own', () => {
    expect(found('')).toEqual([
      ['general', ['port', 'host']],
      ['log', ['log.level', 'log.format']],
    ]);
  });

  it('are found by what they are called, for, worth and given by', () => {
    expect([found('LOG lev'), found('rest'), found('gateway_port'), found('debug'), found('nothing')]).toEqual([
      [['log', ['log.level']]],
      ...[[['general', ['port']]], [['general', ['port']]], [['log', ['log.level']]], []],
    ]);
  });

  it('may be those alone that are given', () => {
    expect(found('', true)).toEqual([
      ['general', ['port']],
      ['log', ['log.level']],
    ]);
  });

  it('say where they come from', () => {
    expect(SETTINGS.map((one) => sourceText(one, 'my.yaml'))).toEqual(['GATEWAY_PORT', 'default', 'my.yaml', 'default']);
    expect([valueText('a'), valueText(null), valueText({ a: [1] })]).toEqual(['a', null, '{"a":[1]}']);
  });
});
