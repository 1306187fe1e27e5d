import { TallygateError } from '../../common/tallygate-error.js';

/** A registered value that cannot be used. On REST 400 with the path of the property, as source 003 has it. */
export class ConfigProblem extends TallygateError {
  constructor(
    /** Where in `config`; empty for the config as a whole. */
    readonly path: readonly (string | number)[],
    readonly reason: string,
  ) {
    super('INVALID_INPUT', `${['config', ...path].join('.')}: ${reason}`, {
      detail: [{ loc: ['body', 'config', ...path], msg: reason, type: 'value_error.config' }],
    });
    this.name = 'ConfigProblem';
  }
}
