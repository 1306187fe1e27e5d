/** A JSON-RPC message, as far as a bridge looks into it. */
export interface BridgeMessage {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown> & { _meta?: Record<string, unknown> };
}

/** As many as a gateway lets one session watch. */
const SUBSCRIPTIONS_MAX = 100;

/** What a legacy client says once and its server keeps with the session: to be said again where that is lost. */
export class SaidOnce {
  private readonly beginning = new Map<string, string>();
  private readonly subscriptions = new Map<unknown, string>();

  /** Takes note of a message that was accepted. */
  remember({ method, params }: BridgeMessage, line: string): void {
    if (method === 'initialize') this.forget();
    if (method === 'initialize' || method === 'notifications/initialized' || method === 'logging/setLevel')
      this.beginning.set(method, line);
    if (method === 'resources/unsubscribe') this.subscriptions.delete(params?.uri);
    if (method === 'resources/subscribe' && this.subscriptions.size < SUBSCRIPTIONS_MAX)
      this.subscriptions.set(params?.uri, line);
  }

  /** In the order they have to come in; `initialize` first. */
  lines(): string[] {
    return [...this.beginning.values(), ...this.subscriptions.values()];
  }

  private forget(): void {
    this.beginning.clear();
    this.subscriptions.clear();
  }
}
