import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { HealthDto, ProbeDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const SERVICE_UNAVAILABLE = 503;

/** Health probes. They need no authentication: they tell the gateway's state, not its data. */
@ApiTags('Health')
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The health of the gateway and its parts. 503 when it cannot serve. */
  @Get('health')
  @ApiOkResponse({ type: HealthDto })
  @ApiServiceUnavailableResponse({ type: HealthDto })
  async check(@Res({ passthrough: true }) response: Response): Promise<HealthDto> {
    const health = await this.health.check();
    if (health.status === 'unhealthy') response.status(SERVICE_UNAVAILABLE);
    return health;
  }

  /** Liveness: restart the process when this does not answer. */
  @Get('livez')
  live(): ProbeDto {
    return { status: 'ok' };
  }

  /** Readiness: send the process no work while this is 503. */
  @Get('readyz')
  @ApiOkResponse({ type: ProbeDto })
  @ApiServiceUnavailableResponse({ type: ProbeDto })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ProbeDto> {
    if (await this.health.isReady()) return { status: 'ok' };
    response.status(SERVICE_UNAVAILABLE);
    return { status: 'unavailable' };
  }
}
