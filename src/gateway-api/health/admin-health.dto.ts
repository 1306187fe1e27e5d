import { ApiProperty } from '@nestjs/swagger';
import { Fraction } from '../../rest/dto-fields.js';
import { UsageBacklogDto } from './health.dto.js';

/** An engine, as this process sees it. */
export class EngineDto {
  @ApiProperty({ enum: ['connected', 'disconnected'] })
  state!: 'connected' | 'disconnected';
  /** How long it took to answer, in milliseconds; null when it did not in time. */
  @Fraction()
  latency_ms!: number | null;
}

/** A process that records calls. One that has recorded none yet is not among them. */
export class ReplicaDto {
  id!: number;
  /** Its host and the id of its process. */
  name!: string;
  /** When it last told that it lives. */
  last_seen_at!: Date;
  /** Whether it is the one that answers. */
  is_this!: boolean;
}

/** Connections of this process to PostgreSQL. */
export class PoolDto {
  idle!: number;
  busy!: number;
  /** Statements that wait for a connection. */
  waiting!: number;
}

/** Room in the file system of the data folder. */
export class DiskDto {
  free_bytes!: number;
  total_bytes!: number;
}

/** The process that answers. */
export class ThisProcessDto {
  version!: string;
  /** Of Node.js, which runs it. */
  node_version!: string;
  started_at!: Date;
  pool!: PoolDto;
  /** Sessions of clients of MCP that it keeps; null where it serves no MCP. */
  mcp_sessions!: number | null;
  /** Answers that it holds open as streams; null where it serves no MCP. */
  mcp_streams!: number | null;
}

/** All that is known of the gateway's state. What cannot be found out in time is null. */
export class AdminHealthDto {
  timestamp!: Date;
  process!: ThisProcessDto;
  postgresql!: EngineDto;
  clickhouse!: EngineDto;
  /** Null where Redis is not used. */
  redis!: EngineDto | null;
  /** Of all that share the database; null while PostgreSQL does not answer. */
  replicas!: ReplicaDto[] | null;
  /** Null while PostgreSQL does not answer. */
  usage_backlog!: UsageBacklogDto | null;
  /** Null where the file system does not say. */
  disk!: DiskDto | null;
}
