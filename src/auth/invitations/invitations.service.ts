import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Role } from '../access/scopes.js';
import type { Actor } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { NO_PASSWORD } from '../password/password-hasher.js';
import { PasswordLinks, type PasswordLink } from '../password/password-links.service.js';
import { UserChanges } from '../users/user-changes.service.js';
import type { User } from '../users/user.entity.js';
import { usernameFrom } from '../users/username.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';

/** Somebody who is to come. */
export interface Invitee {
  email: string;
  role: Role;
  displayName: string | null;
}

/** What is sent to them. */
export interface InvitationLetter {
  email: string;
  /** With the token in it. */
  link: string;
  expiresAt: Date;
}

/** Mails it; whether that went well. Never fails. */
type Mail = (letter: InvitationLetter) => Promise<boolean>;

/** Invites people: users without a password, who set one by a password link. */
@Injectable()
export class Invitations {
  private mail: Mail | undefined;

  constructor(
    private readonly users: UsersService,
    private readonly lockedUsers: UsersRepository,
    private readonly changes: UserChanges,
    private readonly links: PasswordLinks,
    private readonly audit: AuditLog,
  ) {}

  /** How letters go, from the module that can, at its start. */
  mailBy(mail: Mail): void {
    this.mail = mail;
  }

  /** Makes the user and their link. @throws CONFLICT where there is a user with this e-mail */
  async invite(by: Actor, { email, role, displayName }: Invitee): Promise<{ user: User; link: PasswordLink }> {
    let link: PasswordLink;
    const row = { email: email.toLowerCase(), passwordHash: NO_PASSWORD, role, displayName, isInvited: true };
    const user = await this.users.createUnnamed(row, usernameFrom(email), by, async (tx, id) => {
      link = await this.links.add(tx, id);
      await this.audit.write(tx, by, { action: 'user.invited', subjectId: id });
    });
    if (!user) throw await this.known(email);
    return { user, link: link! };
  }

  /** A new link for who has not come yet; the old one ends. @throws NOT_FOUND; CONFLICT for who has come, or is switched off */
  async again(by: Actor, id: string): Promise<{ user: User; link: PasswordLink }> {
    let link: PasswordLink;
    await this.changes.change(by, id, async (tx) => {
      if (!(await this.lockedUsers.inviteAgain(tx, id))) throw new TallygateError('CONFLICT', NOT_AWAITED);
      link = await this.links.add(tx, id);
      return [['user.invited', { again: true }]];
    });
    return { user: (await this.users.findById(id))!, link: link! };
  }

  /** Whether it is mailed; null where this gateway mails nothing. */
  async send(letter: InvitationLetter): Promise<boolean | null> {
    return this.mail ? this.mail(letter) : null;
  }

  private async known(email: string): Promise<TallygateError> {
    const isThere = (await this.users.findByLogin(email)) !== null;
    return new TallygateError('CONFLICT', isThere ? KNOWN : 'Somebody else is made a user just now. Try again.');
  }
}

const KNOWN = 'There is a user with this e-mail already. Whoever has not come yet can be invited again from the list of users.';
const NOT_AWAITED =
  'This user was not invited, has come already, or is switched off. A password link is made for who has lost a password.';
