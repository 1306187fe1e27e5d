import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';

import { PageQuery } from '../../rest/page.dto.js';
import { NOTICE_KINDS } from '../../config/notices-config.js';
import { CHANNELS, type Recipient } from '../outbox/recipients.js';
import { DELIVERY_STATES, type DeliveryState, type ListedDelivery } from '../outbox/deliveries.repository.js';

const ALL_KINDS = [...NOTICE_KINDS, 'test'] as const;

/** One attempt to deliver. */
export class AttemptDto {
  at!: Date;
  duration_ms!: number;
  /** Of HTTP or SMTP; null when there was no answer. */
  status!: number | null;
  /** Null when it succeeded. */
  error!: string | null;
}

/** A webhook, and how its deliveries went. */
export class WebhookDto {
  name!: string;
  /** Without what may be secret in it. */
  url!: string;
  /** What it is told. */
  kinds!: string[];
  /** Of the last attempt; `unused` before the first. */
  state!: 'working' | 'failing' | 'unused';
  waiting!: number;
  delivered!: number;
  /** Given up. */
  failed!: number;
  last_delivered_at!: Date | null;
  last_attempt!: AttemptDto | null;
}

/** All webhooks of the configuration. */
export class WebhookListDto {
  webhooks!: WebhookDto[];
}

/** Filters of deliveries. */
export class DeliveriesQuery extends PageQuery {
  @IsIn(CHANNELS)
  @IsOptional()
  channel?: Recipient['channel'];

  /** Only deliveries to the webhook of this name, to this mail address, or to the endpoint of the user with this id. */
  @Length(1, 320)
  @IsString()
  @IsOptional()
  endpoint?: string;

  /** Only notices of this kind. */
  @IsIn(ALL_KINDS)
  @IsOptional()
  kind?: (typeof ALL_KINDS)[number];

  @IsIn(DELIVERY_STATES)
  @IsOptional()
  state?: DeliveryState;
}

/** A delivery's id in a path. */
export class DeliveryParams {
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  id!: number;
}

/** Which webhook to test. */
@BodyExample<TestWebhooksDto>({ webhook: 'operations' })
export class TestWebhooksDto {
  /** The name of one; without it, all webhooks and the operators' mail addresses get the test notice. */
  @Length(1, 255)
  @IsString()
  @IsOptional()
  webhook?: string;
}

/** A notice on its way to one endpoint. */
export class DeliveryDto {
  id!: number;
  /** `webhook-id` of each attempt, and `id` in its body. */
  notice_id!: string;
  kind!: string;
  /** `user_webhook`: the endpoint of a user. */
  channel!: 'webhook' | 'mail' | 'user_webhook';
  /** The webhook's name, a mail address, or the id of the user whose endpoint it is. */
  endpoint!: string;
  /** `failed`: given up. */
  state!: DeliveryState;
  /** Attempts since it was queued, or retried by hand. */
  tries!: number;
  created_at!: Date;
  /** When the next attempt is due; null when there is none. */
  due_at!: Date | null;
  ended_at!: Date | null;
  /** What the notice says. Never a secret. */
  data!: Record<string, unknown>;
  /** The last ten, oldest first. */
  attempts!: AttemptDto[];

  static of(delivery: ListedDelivery): DeliveryDto {
    return {
      id: delivery.id,
      notice_id: delivery.noticeId,
      kind: delivery.kind,
      channel: delivery.channel,
      endpoint: delivery.endpoint,
      state: delivery.state,
      tries: delivery.tries,
      created_at: delivery.createdAt,
      due_at: delivery.dueAt,
      ended_at: delivery.endedAt,
      data: delivery.data,
      attempts: delivery.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at) })),
    };
  }
}

/** A page of deliveries. */
export class DeliveryListDto {
  deliveries!: DeliveryDto[];
  /** Number on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

/** Deliveries that were begun. */
export class TestedWebhooksDto {
  /** Look at them with `GET /api/admin/webhooks/deliveries`. */
  delivery_ids!: number[];
}
