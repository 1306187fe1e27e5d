import { Counts } from '../common/concurrency/counts.js';
import { addressGroup } from '../common/network/address-group.js';
import type { AppConfig } from '../config/app-config.js';
import { TallygateError } from '../common/tallygate-error.js';

const MIB = 1_048_576;
const RETRY_AFTER_SECONDS = 1;
/** All whose bodies came without a credential, or with one that nobody has looked at yet. */
const STRANGERS = 'strangers';
/** Shares of the whole: strangers leave room for those with a key, one address for others, and one user for others. */
const SHARES = { strangers: 1 / 2, address: 1 / 8, user: 1 / 4 };

/** The owner of a body whose sender is not known: the address it came from. */
export const strangerAt = (address: string | undefined): string => `${STRANGERS} ${addressGroup(address)}`;

export const isStranger = (owner: string): boolean => owner.startsWith(STRANGERS);

const budgets = new WeakMap<AppConfig, BodyBudget>();

/**
 * The bytes of bodies that a process holds for both ports, and of what is made of them: from their arrival until their request is
 * over. At most `listeners.bodies_max_mib` in all.
 */
export class BodyBudget {
  /** Bodies refused for want of room, since the process started. */
  refused = 0;
  private heldBytes = 0;
  private readonly ofOwners = new Counts();

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

  /** Whether so many bytes more have room. `owner` is a user's id, or `strangerAt` an address. */
  hasRoom(owner: string, bytes: number): boolean {
    const fits = (held: number, share: number) => held + bytes <= this.maxBytes * share;
    const ofOwner = this.ofOwners.of(owner);
    if (!fits(this.heldBytes, 1)) return false;
    if (!isStranger(owner)) return fits(ofOwner, SHARES.user);
    return fits(ofOwner, SHARES.address) && fits(this.ofOwners.of(STRANGERS), SHARES.strangers);
  }

  /** What one owner may have at most. */
  shareOf(owner: string): number {
    return this.maxBytes * (isStranger(owner) ? SHARES.address : SHARES.user);
  }

  /** A body that begins to arrive. */
  hold(owner: string): HeldBody {
    return new HeldBody(this, owner);
  }

  /** For `HeldBody`. */
  change(owner: string, bytes: number): void {
    this.heldBytes += bytes;
    this.ofOwners.add(owner, bytes);
    if (isStranger(owner)) this.ofOwners.add(STRANGERS, bytes);
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

  /** Takes what will be made of it, but no more than its owner's share, so that any body fits by itself. @throws OVERLOADED */
  weigh(bytes: number): void {
    this.take(Math.max(0, Math.min(bytes, this.budget.shareOf(this.owner) - this.bytes)));
  }

  /** Gives back a part of it: what only reading it took. */
  giveBack(bytes: number): void {
    if (this.isOver) return;
    this.bytes -= bytes;
    this.budget.change(this.owner, -bytes);
  }

  /** Gives back all of it, once. */
  release(): void {
    this.giveBack(this.bytes);
    this.isOver = true;
  }
}
