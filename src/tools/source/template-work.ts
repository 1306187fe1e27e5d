import { TallygateError } from '../../common/tallygate-error.js';

/** Characters that one server's templates may look at for one address; those of its list that are left then do not match. */
const SHARE_CHARS = 40_000;
/** And all templates of strangers for all addresses of one request: some 20 ms. */
const REQUEST_CHARS = 4_000_000;

/**
 * What one request may spend on comparing addresses with the templates of strangers. Each comparison is linear, but a server may
 * have a hundred of the worst, and a request may name a hundred addresses of the longest.
 */
export class TemplateWork {
  private leftChars = REQUEST_CHARS;
  private readonly spent = new Map<string, number>();

  /** Every server has its share again. */
  nextAddress(): void {
    this.spent.clear();
  }

  /** Whether a server's templates may look at so many characters more. @throws BAD_REQUEST when the request has spent all. */
  take(serverId: string, chars: number): boolean {
    const spent = (this.spent.get(serverId) ?? 0) + chars;
    if (spent > SHARE_CHARS) return false;
    this.spent.set(serverId, spent);
    this.leftChars -= chars;
    if (this.leftChars >= 0) return true;
    throw new TallygateError('BAD_REQUEST', 'Finding these addresses takes too long: name fewer or shorter ones in one request.');
  }
}
