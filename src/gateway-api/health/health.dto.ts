export class UsageBacklogDto {
  /** Recorded events that are not yet in ClickHouse. */
  pending!: number;
  /** Age of the oldest of them, milliseconds. */
  oldest_pending_ms!: number;
  /** Events that ClickHouse can never accept. */
  rejected!: number;
}

export class McpServersDto {
  total!: number;
  healthy!: number;
  unhealthy!: number;
}

/** Source 003, "Health Check", with the reasons behind the status. */
export class HealthDto {
  /** `unhealthy`: cannot serve; `degraded`: serves with restrictions. */
  status!: 'healthy' | 'degraded' | 'unhealthy';
  /** Reasons why it is not healthy. */
  reasons?: string[];
  /** ISO 8601, UTC. */
  timestamp!: string;
  /** Seconds since the process started. */
  uptime!: number;
  version!: string;
  database!: 'connected' | 'disconnected';
  clickhouse!: 'connected' | 'disconnected';
  /** Only if Redis is configured. */
  redis?: 'connected' | 'disconnected';
  /** Null while PostgreSQL does not answer. */
  usage_backlog!: UsageBacklogDto | null;
  /** Upstream MCP servers. */
  mcp_servers!: McpServersDto;
}

export class ProbeDto {
  status!: 'ok' | 'unavailable';
}
