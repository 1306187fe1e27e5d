import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerTrialDto, TryServerDto } from './server-trial.dto.js';
import { ServerTrials } from './server-trials.service.js';

/** Servers that are not registered yet. */
@ApiTags('Servers')
@Controller('servers/test')
export class ServerTrialsController {
  constructor(private readonly trials: ServerTrials) {}

  /**
   * Connects to a server as if it were registered, and lists what it offers. Nothing is saved, and the connection or the process is closed
   * in any case. Takes at most 20 seconds; a server that cannot be used is an answer, too.
   */
  @Post()
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse({
    description: 'Unknown template, or a config that does not fit it; `loc` is the path of the value',
    type: ErrorDto,
  })
  async run(@Body() { template_name, config = {} }: TryServerDto): Promise<ServerTrialDto> {
    const trial = await this.trials.run(template_name, config);
    return 'error' in trial ? ServerTrialDto.failed(trial.error) : ServerTrialDto.reached(trial.lists, trial.durationMs);
  }
}
