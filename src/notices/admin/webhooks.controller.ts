import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import type { Attempt } from '../outbox/deliveries.repository.js';
import {
  DeliveriesQuery,
  DeliveryDto,
  DeliveryListDto,
  DeliveryParams,
  TestedWebhooksDto,
  TestWebhooksDto,
  WebhookDto,
  WebhookListDto,
} from './webhook.dto.js';
import { Webhooks, type Webhook } from './webhooks.service.js';

/** Notices to operators and users, and what became of them. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  /** Lists the webhooks of the configuration, without their secrets. */
  @Get()
  async list(): Promise<WebhookListDto> {
    return { webhooks: (await this.webhooks.list()).map(shown) };
  }

  /** Lists deliveries by webhook and by mail, newest first, each with its last attempts. */
  @Get('deliveries')
  async deliveries(@Query() { page, page_size, channel, endpoint, kind, state }: DeliveriesQuery): Promise<DeliveryListDto> {
    const filter = { channel, endpoint, kind, state };
    const { deliveries, total } = await this.webhooks.page(filter, { limit: page_size, offset: (page - 1) * page_size });
    return { deliveries: deliveries.map((delivery) => DeliveryDto.of(delivery)), total, page, page_size };
  }

  /** Delivers again at once, under the same notice id, with all attempts anew; also what was delivered before. */
  @Post('deliveries/:id/retry')
  @HttpCode(200)
  @ApiNotFoundResponse({ description: 'No such delivery', type: ErrorDto })
  async retry(@Param() { id }: DeliveryParams): Promise<DeliveryDto> {
    return DeliveryDto.of(await this.webhooks.retry(id));
  }

  /** Sends a test notice. */
  @Post('test')
  @HttpCode(202)
  @ApiNotFoundResponse({ description: 'No webhook of this name', type: ErrorDto })
  @ApiConflictResponse({ description: 'There is neither a webhook nor a mail address to tell', type: ErrorDto })
  async test(@Body() { webhook }: TestWebhooksDto): Promise<TestedWebhooksDto> {
    return { delivery_ids: await this.webhooks.test(webhook) };
  }
}

const shown = ({ lastDeliveredAt, lastAttempt, ...webhook }: Webhook): WebhookDto => ({
  ...webhook,
  state: stateOf(lastAttempt),
  last_delivered_at: lastDeliveredAt,
  last_attempt: lastAttempt && { ...lastAttempt, at: new Date(lastAttempt.at) },
});

function stateOf(last: Attempt | null): WebhookDto['state'] {
  if (!last) return 'unused';
  return last.error === null ? 'working' : 'failing';
}
