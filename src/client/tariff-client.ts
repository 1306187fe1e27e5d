import type { RequestOptions } from './gateway-http.js';
import { ServersClient, type QueryOf, type Schemas } from './servers-client.js';

/** The part of `GatewayClient` that is about money: what calls cost, what tiers give, and what can be bought. */
export class TariffClient extends ServersClient {
  /** What can be bought: packs of credits, and tiers by subscription. */
  offers(options?: RequestOptions): Promise<Schemas['OffersDto']> {
    return this.get('/api/mcp/billing/offers', options);
  }

  /** What the caller's account has bought, newest first, page by page. */
  purchases(query: QueryOf<'/api/mcp/billing/purchases'> = {}, options?: RequestOptions): Promise<Schemas['PurchaseListDto']> {
    return this.get('/api/mcp/billing/purchases', options, query);
  }

  /** Stripe's page of the caller's payments and subscription; `can_manage` of the offers says whether there is one. */
  paymentPortal(options?: RequestOptions): Promise<Schemas['PaymentPortalDto']> {
    return this.post('/api/mcp/billing/portal', {}, options);
  }

  /** What calls cost and who says so, by name, page by page. For admins. */
  listPrices(query: QueryOf<'/api/admin/prices'> = {}, options?: RequestOptions): Promise<Schemas['PriceListDto']> {
    return this.get('/api/admin/prices', options, query);
  }

  /** Sets what a call of a tool costs, from its next one. For admins. */
  setPrice(tool: string, json: Schemas['SetPriceDto'], options?: RequestOptions): Promise<Schemas['PriceDto']> {
    return this.http.send({ method: 'PUT', path: pathOf('prices', tool), json, ...options });
  }

  /** Takes back what an admin has set as a price. For admins. */
  resetPrice(tool: string, reason?: string, options?: RequestOptions): Promise<void> {
    return this.reset(pathOf('prices', tool), reason, options);
  }

  /** What tiers give and who says so. For admins. */
  async listTiers(options?: RequestOptions): Promise<Schemas['TierDto'][]> {
    return (await this.get<Schemas['TierListDto']>('/api/admin/tiers', options)).items;
  }

  /** Sets what a tier gives; a limit that is left out stays, null takes it off. For admins. */
  setTier(name: string, json: Schemas['SetTierDto'], options?: RequestOptions): Promise<Schemas['TierDto']> {
    return this.http.send({ method: 'PUT', path: pathOf('tiers', name), json, ...options });
  }

  /** Takes back what an admin has set of a tier. For admins. */
  resetTier(name: string, reason?: string, options?: RequestOptions): Promise<void> {
    return this.reset(pathOf('tiers', name), reason, options);
  }

  private reset(path: string, reason: string | undefined, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: 'DELETE', path, ...(reason !== undefined && { query: { reason } }), ...options });
  }
}

const pathOf = (list: 'prices' | 'tiers', name: string): string => `/api/admin/${list}/${encodeURIComponent(name)}`;
