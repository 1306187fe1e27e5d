import { TallygateError } from '../../common/tallygate-error.js';

/** What a user hears who proves who they are, by password, login token or key, while they or their account are switched off. */
export const switchedOff = (): TallygateError =>
  new TallygateError('UNAUTHORIZED', 'This account is switched off. Ask an administrator of the gateway to switch it on again.');
