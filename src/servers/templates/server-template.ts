import type { ConfigValues } from '../../config/app-config.js';
import type { Approval, TemplateValues } from '../../config/template-config.js';

/** How calls are shared between the servers of a template. */
export type StrategyName = NonNullable<TemplateValues['strategy']>;

/** A recipe for upstream MCP servers as it is used: the operator's or a shipped one, with the general settings filled in. */
export interface ServerTemplate extends Omit<
  TemplateValues,
  | 'strategy'
  | 'approval'
  | 'instructions'
  | 'health_check_interval'
  | 'timeout_seconds'
  | 'connect_timeout_seconds'
  | 'health_check_timeout'
> {
  name: string;
  strategy: StrategyName;
  /** Who approves what its servers offer. */
  approval: Approval;
  /** Whether what its servers tell models of themselves is offered. */
  instructions: boolean;
  timeoutMs: number;
  connectTimeoutMs: number;
  healthCheckIntervalMs: number;
  healthCheckTimeoutMs: number;
}

/** General settings, for what a template leaves open. */
export interface TemplateDefaults {
  strategy: StrategyName;
  /** Seconds. */
  health_check_interval: number;
  approval: Approval;
  instructions: boolean;
}

/** `tool_approval` is an older word for `approval`. */
export const defaultsOf = ({ load_balancer, servers }: Pick<ConfigValues, 'load_balancer' | 'servers'>): TemplateDefaults => ({
  ...load_balancer,
  approval: servers.approval ?? servers.tool_approval ?? 'first_use',
  instructions: servers.instructions,
});

export function templateOf(name: string, values: TemplateValues, defaults: TemplateDefaults): ServerTemplate {
  const { timeout_seconds, connect_timeout_seconds, health_check_interval, health_check_timeout, ...rest } = values;
  return {
    ...rest,
    name,
    protocol: values.transport === 'sse' ? 'legacy' : values.protocol,
    strategy: values.strategy ?? defaults.strategy,
    approval: values.approval ?? defaults.approval,
    instructions: values.instructions ?? defaults.instructions,
    timeoutMs: 1_000 * timeout_seconds,
    connectTimeoutMs: 1_000 * connect_timeout_seconds,
    healthCheckIntervalMs: 1_000 * (health_check_interval ?? defaults.health_check_interval),
    healthCheckTimeoutMs: 1_000 * health_check_timeout,
  };
}
