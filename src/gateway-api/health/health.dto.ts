export class UsageBacklogDto {
  /** Recorded events that are not yet in ClickHouse. */
  pending!: number;
  /** Age of the oldest of them, milliseconds. */
  oldest_pending_ms!: number;
  /** Events that ClickHouse can never accept. */
  rejected!: number;
  /** Events that ClickHouse had lost and was sent again, for all time. */
  healed!: number;
  /** Events that ClickHouse has lost and PostgreSQL no longer has. */
  lost!: number;
}

export class McpServersDto {
  total!: number;
  healthy!: number;
  unhealthy!: number;
  /** How many of their definitions wait for approval; absent where none do. */
  waiting_for_approval?: number;
}

/** Where the gateway is, so that a client that has one of its addresses finds the other. */
export class AddressesDto {
  /** The port it listens on for REST. A proxy may give it another number. */
  rest_port!: number;
  /** The port it listens on for MCP. */
  mcp_port!: number;
  /** Where clients reach REST (`public_url`); absent where the operator has not said it. */
  rest_url?: string;
  /** Where clients reach MCP (`public_mcp_url`). */
  mcp_url?: string;
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
  addresses!: AddressesDto;
}

export class ProbeDto {
  status!: 'ok' | 'unavailable';
}
