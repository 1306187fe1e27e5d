import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { McpSessions } from './sessions/mcp-sessions.service.js';
import { OpenStreams } from './streams/open-streams.service.js';

/** What clients of MCP hold open. */
@Injectable()
export class McpMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly streams: OpenStreams,
    private readonly sessions: McpSessions,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge({
      name: 'tallygate_mcp_streams_open',
      help: 'Responses that are held open as streams',
      read: () => this.streams.count,
    });
    this.metrics.gauge({
      name: 'tallygate_mcp_sessions',
      help: 'Sessions of clients older than 2026-07-28 that this process keeps',
      read: () => this.sessions.count,
    });
  }
}
