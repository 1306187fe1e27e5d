import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { LOW_BALANCE_MAX, WEBHOOK_URL_MAX } from '../../config/sections/bounds.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { NULL_TAKES_BACK } from '../../rest/validated-fields.js';
import { AttemptDto } from '../admin/webhook.dto.js';
import type { DeliveryState } from '../outbox/deliveries.repository.js';
import type { Recipient } from '../outbox/recipients.js';
import { NO_WAY, type ShownAlerts } from './alerts.service.js';

/** What the holder of an account is told of, and where; what is left out stays. */
@BodyExample<SetAlertsDto>({ low_balance: 100 })
export class SetAlertsDto {
  /** Told once whenever the account has no more credits than this; null: not. */
  @Max(LOW_BALANCE_MAX)
  @Min(0)
  @IsInt()
  @IsOptional(NULL_TAKES_BACK)
  low_balance?: number | null;

  /** Your own endpoint, which your notices are posted to: an `https://` URL at a public address; null: none. */
  @Length(1, WEBHOOK_URL_MAX)
  @IsString()
  @IsOptional(NULL_TAKES_BACK)
  webhook_url?: string | null;
}

/** A notice on its way to one's own endpoint. */
export class AlertDeliveryDto {
  kind!: string;
  /** `failed`: given up. */
  state!: DeliveryState;
  created_at!: Date;
  /** When the next attempt is due; null when there is none. */
  due_at!: Date | null;
  /** Null before the first. */
  last_attempt!: AttemptDto | null;
}

/** What the holder of an account is told of, and where. */
export class AlertsDto {
  /** Credits; told once whenever the account has no more. Null: only by the gateway's own rules. */
  low_balance!: number | null;
  /** Null: none. */
  webhook_url!: string | null;
  /** How you are told now. */
  told_by!: ('mail' | 'webhook')[];
  /** Why you are told nothing; null where you are. */
  problem!: string | null;
  /** The newest notice to your endpoint; null for none. */
  last_delivery!: AlertDeliveryDto | null;

  static of({ lowBalance, url, ways, lastDelivery: last }: ShownAlerts): AlertsDto {
    const attempt = last?.lastAttempt;
    return {
      low_balance: lowBalance,
      webhook_url: url,
      told_by: ways.map(wayOf),
      problem: ways.length > 0 ? null : NO_WAY,
      last_delivery: last
        ? {
            kind: last.kind,
            state: last.state,
            created_at: last.createdAt,
            due_at: last.dueAt,
            last_attempt: attempt ? { ...attempt, at: new Date(attempt.at) } : null,
          }
        : null,
    };
  }
}

/** The same, with the secret of an endpoint that is new. */
export class ChangedAlertsDto extends AlertsDto {
  /** Signs what is posted to the endpoint (Standard Webhooks). Shown only in this answer, and null where there was an endpoint before. */
  webhook_secret!: string | null;
}

/** A new secret. */
export class AlertSecretDto {
  /** Signs what is posted to the endpoint (Standard Webhooks). Shown only in this answer. */
  webhook_secret!: string;
}

/** A test that was begun. */
export class TestedAlertsDto {
  /** How it goes; look at `last_delivery` for what became of it at your endpoint. */
  told_by!: ('mail' | 'webhook')[];
}

export const wayOf = (channel: Recipient['channel']): 'mail' | 'webhook' => (channel === 'mail' ? 'mail' : 'webhook');
