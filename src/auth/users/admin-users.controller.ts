import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery } from '../../rest/page.dto.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { UserDto, UserListDto } from './user.dto.js';
import { UsersService } from './users.service.js';

/** Users, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/users')
export class AdminUsersController {
  constructor(private readonly users: UsersService) {}

  /** Lists all users, newest first. */
  @Get()
  async list(@Query() { page, page_size }: PageQuery): Promise<UserListDto> {
    const { users, total } = await this.users.list({ limit: page_size, offset: (page - 1) * page_size });
    return { users: users.map((user) => UserDto.of(user)), total, page, page_size };
  }
}
