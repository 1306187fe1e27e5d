import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { checkedApart } from '../../config/settings/checked-apart.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ConfigCheckDto, ConfigCheckRequestDto, ConfigDto } from './config.dto.js';

/** The settings of this process. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/config')
export class ConfigController {
  private isChecking = false;

  constructor(private readonly config: AppConfig) {}

  /** Every setting with its value, its default and where it comes from; secrets are masked. */
  @Get()
  read(): ConfigDto {
    return { file: this.config.file.name, settings: this.config.start.settings() };
  }

  /**
   * What a start with another gateway.yaml would do: its problems, or the settings that would change from
   * that start on. Beside it hold the environment
   * and the options that this process was started with. Nothing is changed, and nothing that the text names is opened, connected to or
   * filled in.
   */
  @Post('check')
  @HttpCode(200)
  @ApiBadRequestResponse({ description: 'The text takes too much time or memory to read', type: ErrorDto })
  @ApiConflictResponse({ description: 'Another text is being checked', type: ErrorDto })
  async check(@Body() { yaml }: ConfigCheckRequestDto): Promise<ConfigCheckDto> {
    if (this.isChecking) throw new TallygateError('CONFLICT', 'Another text is being checked. Try again when that is done.');
    this.isChecking = true;
    try {
      const { settings, options } = this.config.start;
      return await checkedApart({ yaml, options, now: settings() });
    } finally {
      this.isChecking = false;
    }
  }
}
