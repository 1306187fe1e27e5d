import { Controller, Get, Header, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiTags, ApiUnauthorizedResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorDto } from '../../rest/error.dto.js';
import { Metrics } from '../../telemetry/metrics.js';
import { MetricsGuard } from './metrics.guard.js';

/** For Prometheus. */
@ApiTags('Health')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /**
   * Metrics of this process, in Prometheus' text format. Only for this machine, and for callers with `metrics.token`.
   */
  @Get()
  @UseGuards(MetricsGuard)
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiUnauthorizedResponse({ description: 'Neither from this machine nor with the token', type: ErrorDto })
  async read(@Res() response: Response): Promise<void> {
    response.type(this.metrics.contentType).send(await this.metrics.text());
  }
}
