export class LoadBalancerStatsDto {
  strategy!: string;
  /** Calls sent to upstream servers since this process started. */
  total_requests!: number;
  /** Calls by server. */
  requests_per_server!: Record<string, number>;
}

/** Source 003, "Gateway Statistics". */
export class GatewayStatsDto {
  /** Seconds since the process started. */
  uptime!: number;
  /** Requests to both listeners since this process started. */
  total_requests!: number;
  /** Number of enabled upstream servers. */
  active_servers!: number;
  healthy_servers!: number;
  load_balancer!: LoadBalancerStatsDto;
}
