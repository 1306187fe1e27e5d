import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { BudgetPeriod } from '../../limits/credit-budget.js';
import type { Scope } from '../../auth/access/scopes.js';

/** A stored API key. The secret itself is never kept, only its keyed hash. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  /** The 12 characters that find this row, see `ApiKeyHasher.idOf`. Unique. */
  @Column({ name: 'token_id', type: 'text' })
  tokenId!: string;

  /** HMAC-SHA-256 of the whole token with the server's pepper, 32 bytes. */
  @Column({ type: 'bytea' })
  hmac!: Buffer;

  /** How the token begins, for people to recognise it; see `displayPrefix`. */
  @Column({ type: 'text' })
  prefix!: string;

  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', array: true })
  scopes!: Scope[];

  /** Null: every tool its scopes reach. */
  @Column({ name: 'allowed_tools', type: 'text', array: true, nullable: true })
  allowedTools!: string[] | null;

  /** Null: what keys of its owner have. */
  @Column({ name: 'rate_limit_per_hour', type: 'int', nullable: true })
  rateLimitPerHour!: number | null;

  /** Credits that its calls may charge in a period; null: as much as the account has. */
  @Column({ name: 'credit_budget', type: 'int', nullable: true })
  creditBudget!: number | null;

  @Column({ name: 'budget_period', type: 'text', nullable: true })
  budgetPeriod!: BudgetPeriod | null;

  /** What is spent of the budget counts under it; a successor has the same. */
  @Column({ name: 'budget_id', type: 'uuid', nullable: true })
  budgetId!: string | null;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  /** What made its last recorded call: the client's own name, or its User-Agent. */
  @Column({ name: 'last_client', type: 'text', nullable: true })
  lastClient!: string | null;

  /** The key that rotation made of this one; a key is rotated once. */
  @Column({ name: 'replaced_by', type: 'uuid', nullable: true })
  replacedBy!: string | null;

  /** The first key of the rotations that led to this one; null for a key that replaces none. Limits count under it. */
  @Column({ type: 'uuid', nullable: true })
  lineage!: string | null;

  /** Null: not revoked, or before revocations were written down. A key that was rotated with an overlap expires instead. */
  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  /** The user who revoked it; null for nobody in person. */
  @Column({ name: 'revoked_by', type: 'uuid', nullable: true })
  revokedBy!: string | null;

  @Column({ name: 'revoke_reason', type: 'text', nullable: true })
  revokeReason!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
