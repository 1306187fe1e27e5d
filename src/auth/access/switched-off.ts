import { TallygateError } from '../../common/tallygate-error.js';

/** What helps who is switched off, whichever of their credentials says so. */
export const ASK_TO_SWITCH_ON = 'Ask an administrator of the gateway to switch it on again.';

/** What a user hears who proves who they are, by password or login token, while they or their account are switched off. */
export const switchedOff = (): TallygateError =>
  new TallygateError('UNAUTHORIZED', `This account is switched off. ${ASK_TO_SWITCH_ON}`);
