import type { AppConfig } from '../config/app-config.js';
import { TallygateError } from '../common/tallygate-error.js';

const MIB = 1_048_576;
const RETRY_AFTER_SECONDS = 1;
/** Whose bodies are those that came without a credential, or with one that nobody has looked at yet. */
export const STRANGERS = '';
/** Shares of the whole: strangers leave room for those with a key, and one user for others. */
const STRANGERS_SHARE = 1 / 2;
const USER_SHARE = 1 / 4;

const budgets = new WeakMap<AppConfig, BodyBudget>();

/**
 * The bytes of bodies that a process holds for both ports: from their arrival until their request is over, since what is made of a
 * body lives as long. At most `listeners.bodies_max_mib` in all.
 */
export class BodyBudget {
  /** Bodies refused for want of room, since the process started. */
  refused = 0;
  private heldBytes = 0;
  private readonly ofOwner = new Map<string, number>();

  private constructor(private readonly maxBytes: number) {}

  /** The one of a process. */
  static of(config: AppConfig): BodyBudget {
    const budget = budgets.get(config) ?? new BodyBudget(config.values.listeners.bodies_max_mib * MIB);
    budgets.set(config, budget);
    return budget;
  }

  /** Bytes. */
  get held(): number {
    return this.heldBytes;
  }

  /** Whether so many bytes more have room. `owner` is a user's id, or `STRANGERS`. */
  hasRoom(owner: string, bytes: number): boolean {
    const share = owner === STRANGERS ? STRANGERS_SHARE : USER_SHARE;
    const own = (this.ofOwner.get(owner) ?? 0) + bytes;
    return own <= this.maxBytes * share && this.heldBytes + bytes <= this.maxBytes;
  }

  /** A body that begins to arrive. */
  hold(owner: string): HeldBody {
    return new HeldBody(this, owner);
  }

  /** For `HeldBody`. */
  change(owner: string, bytes: number): void {
    this.heldBytes += bytes;
    const own = (this.ofOwner.get(owner) ?? 0) + bytes;
    if (own > 0) this.ofOwner.set(owner, own);
    else this.ofOwner.delete(owner);
  }
}

/** What one body takes of the budget. */
export class HeldBody {
  private bytes = 0;
  private isOver = false;

  constructor(
    private readonly budget: BodyBudget,
    private readonly owner: string,
  ) {}

  /** Sees whether so many bytes have room, without taking any. @throws OVERLOADED */
  assertRoom(bytes: number): void {
    if (this.budget.hasRoom(this.owner, bytes)) return;
    this.budget.refused += 1;
    const words = 'Too many request bodies are held at once. Send it again soon.';
    throw new TallygateError('OVERLOADED', words, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  /** Takes so many bytes more; none after its end. @throws OVERLOADED */
  take(bytes: number): void {
    if (this.isOver) return;
    this.assertRoom(bytes);
    this.bytes += bytes;
    this.budget.change(this.owner, bytes);
  }

  /** Gives back all of it, once. */
  release(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.budget.change(this.owner, -this.bytes);
  }
}
