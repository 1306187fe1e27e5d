import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from '../access/scopes.js';

/** A person who can log in. */
@Entity('users')
export class User {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  /** Unique; a login name beside the e-mail. */
  @Column({ type: 'text' })
  username!: string;

  /** Unique, lower case. */
  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'display_name', type: 'text', nullable: true })
  displayName!: string | null;

  /** argon2id in encoded form; `NO_PASSWORD` for a user known only by tokens of the operator's own backend, or only invited. */
  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  @Column({ type: 'text', default: 'user' })
  role!: Role;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  /** Counted up by a trigger when the password, the role or the activity changes; login tokens of an earlier one have ended. */
  @Column({ name: 'login_version', type: 'int', default: 0 })
  loginVersion!: number;

  /** A deleted user has no name, no password and no rights any more; the row stays for the books. */
  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;

  /** By a password, a session or a token of a backend that began one; to within a minute. */
  @Column({ name: 'last_login_at', type: 'timestamptz', nullable: true })
  lastLoginAt!: Date | null;

  /** The last time; null for who came otherwise. */
  @Column({ name: 'invited_at', type: 'timestamptz', nullable: true })
  invitedAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
