import { Module, type OnModuleInit } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { loggerFor } from '../common/log-contexts.js';
import { AppConfig } from '../config/app-config.js';
import { ExportModule } from '../rest/export/export.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { PasswordPageController } from './password/password-page.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditRetention } from './audit/audit-retention.service.js';
import { LoginNotes } from './audit/login-notes.service.js';
import { AuditLog } from './audit/audit-log.service.js';
import { AdminBootstrap } from './users/admin-bootstrap.service.js';
import { AdminUsersController } from './users/admin-users.controller.js';
import { ExportWatch } from './access/export-watch.service.js';
import { OpenAnswers } from './access/open-answers.service.js';
import { UserTurns } from './access/user-turns.service.js';
import { AnonymousAccess } from './access/anonymous-access.service.js';
import { AuthController } from './login/auth.controller.js';
import { CallerLimit } from './access/caller-limit.service.js';
import { AuthService } from './login/auth.service.js';
import { JwtGuard } from './login/jwt.guard.js';
import { JWT_ALGORITHM, JwtStrategy } from './login/jwt.strategy.js';
import { ExternalTokens } from './external/external-token.service.js';
import { ExternalLogins } from './external/external-logins.service.js';
import { EndedLogins } from './login/ended-logins.repository.js';
import { Invitations } from './invitations/invitations.service.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { LoginLimits } from './login/login-limits.service.js';
import { PasswordCheck } from './password/password-check.service.js';
import { PasswordLinks } from './password/password-links.service.js';
import { PasswordHasher } from './password/password-hasher.js';
import { SecretCheck } from './login/secret-check.js';
import { AuthChangeFeed } from './changes/auth-change-feed.js';
import { AuthChangesRepository } from './changes/auth-changes.repository.js';
import { Confirmation } from './sessions/confirmation.js';
import { SessionAdmission } from './sessions/session-admission.service.js';
import { SessionController } from './sessions/session.controller.js';
import { SessionTokens } from './sessions/session-token.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { User } from './users/user.entity.js';
import { UserChanges } from './users/user-changes.service.js';
import { UserFacts } from './users/user-facts.service.js';
import { UserDeletion } from './users/user-deletion.service.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

const jwt = JwtModule.registerAsync({
  inject: [AppConfig],
  useFactory: ({ values }: AppConfig) => ({ secret: values.auth.secret_key, signOptions: { algorithm: JWT_ALGORITHM } }),
});

/**
 * Users, logins, roles and scopes. A module that uses `@Authenticated()` imports this one and so starts after it: by
 * then the secret key has been checked and an admin exists.
 */
@Module({
  imports: [TypeOrmModule.forFeature([User]), jwt, ExportModule, LimitsModule],
  controllers: [
    AuthController,
    SessionController,
    PasswordPageController,
    InvitationsController,
    AdminUsersController,
    AuditController,
  ],
  providers: [
    AdminBootstrap,
    AnonymousAccess,
    AuditLog,
    AuditRetention,
    AuthChangeFeed,
    AuthChangesRepository,
    AuthService,
    CallerLimit,
    Confirmation,
    EndedLogins,
    ExportWatch,
    ExternalLogins,
    ExternalTokens,
    Invitations,
    JwtGuard,
    JwtStrategy,
    LoginLimits,
    LoginNotes,
    OpenAnswers,
    PasswordCheck,
    PasswordHasher,
    PasswordLinks,
    SecretCheck,
    SessionAdmission,
    SessionTokens,
    SessionsRepository,
    SessionsService,
    UserChanges,
    UserDeletion,
    UserFacts,
    UserTurns,
    UsersRepository,
    UsersService,
  ],
  exports: [
    AnonymousAccess,
    AuditLog,
    AuthChangeFeed,
    AuthService,
    CallerLimit,
    Confirmation,
    ExportModule,
    Invitations,
    JwtGuard,
    LimitsModule,
    OpenAnswers,
    SessionAdmission,
    UserChanges,
    UserDeletion,
    UserFacts,
    UserTurns,
    UsersService,
  ],
})
export class AuthModule implements OnModuleInit {
  private readonly logger = loggerFor('Auth');

  constructor(
    private readonly secret: SecretCheck,
    private readonly bootstrap: AdminBootstrap,
    private readonly anonymous: AnonymousAccess,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.secret.run();
    await this.bootstrap.run();
    if (this.anonymous.isOpen) {
      this.logger.warn('AUTHENTICATION IS OFF (GATEWAY_AUTH_ENABLED=false): everyone who reaches either port acts as the admin.');
    }
  }
}
