import { IsIn, IsISO8601, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { IsFormat, type Format } from '../../rest/export/export-format.js';
import { PageQuery } from '../../rest/page.dto.js';
import { AUDIT_ACTIONS, type Actor, type AuditAction } from './audit-entry.js';
import type { AuditFilter, AuditLine } from './audit-log.service.js';

/** Filters of the audit log. */
export class AuditQuery extends PageQuery {
  /** Only changes by this user. */
  @IsUUID()
  @IsOptional()
  actor_id?: string;

  /** Only changes of this kind, e.g. `api_key.revoked`. */
  @IsIn(AUDIT_ACTIONS)
  @IsOptional()
  action?: AuditAction;

  /** Only changes to things of this kind, e.g. `api_key`, `user` or `server`. */
  @Length(1, 32)
  @IsString()
  @IsOptional()
  subject_type?: string;

  /** Only changes to the thing with this id. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  subject_id?: string;

  /** Only changes from this time on, ISO 8601. */
  @IsISO8601({ strict: true })
  @IsOptional()
  from?: string;

  /** Only changes before this time, ISO 8601. */
  @IsISO8601({ strict: true })
  @IsOptional()
  to?: string;

  /** `csv` or `ndjson`: a file with all matching changes, whatever the page; `json`: a page. Also by `Accept`. */
  @IsFormat()
  format?: Format;
}

/** One change. */
export class AuditLineDto {
  /** Grows with every change. */
  id!: number;
  created_at!: Date;
  /**
   * How whoever made the change came in: a login, a key, a password link, without authentication, the machine's command line; or the
   * gateway by itself, or Stripe.
   */
  via!: Actor['via'];
  /** The user who made the change; null for nobody in person. */
  actor_id!: string | null;
  actor_email!: string | null;
  api_key_id!: string | null;
  /** What was done, e.g. `api_key.revoked`. */
  action!: string;
  subject_type!: string;
  subject_id!: string;
  /** Values before and after, a reason. Never a secret. */
  details!: Record<string, unknown>;
  /** The request that made it, as in the gateway's log and in answers; null for what none made. */
  request_id!: string | null;
  /** Where it came from. */
  address!: string | null;

  static of(line: AuditLine): AuditLineDto {
    return {
      id: line.id,
      created_at: line.createdAt,
      via: line.via,
      actor_id: line.actorId,
      actor_email: line.actorEmail,
      api_key_id: line.apiKeyId,
      action: line.action,
      subject_type: line.subjectType,
      subject_id: line.subjectId,
      details: line.details,
      request_id: line.requestId,
      address: line.address,
    };
  }
}

/** Of the file. */
export const LINE_COLUMNS = [
  'id',
  'created_at',
  'via',
  'actor_id',
  'actor_email',
  'api_key_id',
  'action',
  'subject_type',
  'subject_id',
  'details',
  'request_id',
  'address',
] as const satisfies (keyof AuditLineDto)[];

/** A page of the audit log. */
export class AuditListDto {
  entries!: AuditLineDto[];
  /** Number of changes on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

export const filterOf = ({ actor_id, action, subject_type, subject_id, from, to }: AuditQuery): AuditFilter => ({
  actorId: actor_id,
  action,
  subjectType: subject_type,
  subjectId: subject_id,
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
});
