import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { LimitsModule } from '../limits/limits.module.js';
import { AdminBootstrap } from './admin-bootstrap.service.js';
import { AdminUsersController } from './admin-users.controller.js';
import { AnonymousAccess } from './anonymous-access.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { JwtGuard } from './jwt.guard.js';
import { JWT_ALGORITHM, JwtStrategy } from './jwt.strategy.js';
import { LoginLimits } from './login-limits.service.js';
import { PasswordHasher } from './password-hasher.js';
import { SecretCheck } from './secret-check.service.js';
import { SettingsRepository } from './settings.repository.js';
import { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const jwt = JwtModule.registerAsync({
  inject: [AppConfig],
  useFactory: ({ values }: AppConfig) => ({ secret: values.auth.secret_key, signOptions: { algorithm: JWT_ALGORITHM } }),
});

/**
 * Users, logins, roles and scopes. A module that uses `@Authenticated()` imports this one.
 * When it has started, the secret is the right one and there is an admin; rooms that import it start after it.
 */
@Module({
  imports: [TypeOrmModule.forFeature([User]), jwt, LimitsModule],
  controllers: [AuthController, AdminUsersController],
  providers: [
    AdminBootstrap,
    AnonymousAccess,
    AuthService,
    JwtGuard,
    JwtStrategy,
    LoginLimits,
    PasswordHasher,
    SecretCheck,
    SettingsRepository,
    UsersRepository,
    UsersService,
  ],
  exports: [AnonymousAccess, AuthService, JwtGuard, LimitsModule, UsersService],
})
export class AuthModule implements OnModuleInit {
  private readonly logger = new Logger('Auth');

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
