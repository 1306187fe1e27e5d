import type { RequestOptions } from './gateway-http.js';
import type { Schemas } from './servers-client.js';
import { TariffClient } from './tariff-client.js';

/** The part of a client that invites people, and by which they say what they want to be told of. */
export class PeopleClient extends TariffClient {
  /** Invites somebody: a user without a password, and a link by which they set one, once, within a day. For admins. */
  inviteUser(invitee: Schemas['InviteDto'], options?: RequestOptions): Promise<Schemas['InvitationDto']> {
    return this.post('/api/admin/users/invite', invitee, options);
  }

  /** Invites somebody again who has not come yet; the old link ends. For admins. */
  inviteAgain(id: string, options?: RequestOptions): Promise<Schemas['InvitationDto']> {
    return this.post(`/api/admin/users/${encodeURIComponent(id)}/invite`, {}, options);
  }

  /** What the caller is told of their account and keys, and where. */
  alerts(options?: RequestOptions): Promise<Schemas['AlertsDto']> {
    return this.get('/api/mcp/alerts', options);
  }

  /** Changes it; what is left out stays, null takes away. The secret of a new endpoint is in this answer alone. */
  setAlerts(json: Schemas['SetAlertsDto'], options?: RequestOptions): Promise<Schemas['ChangedAlertsDto']> {
    return this.http.send({ method: 'PUT', path: '/api/mcp/alerts', json, ...options });
  }

  /** Renews the secret of the caller's endpoint; the old one ends. */
  renewAlertSecret(options?: RequestOptions): Promise<Schemas['AlertSecretDto']> {
    return this.post('/api/mcp/alerts/secret', {}, options);
  }

  /** Sends the caller a test notice. */
  testAlerts(options?: RequestOptions): Promise<Schemas['TestedAlertsDto']> {
    return this.post('/api/mcp/alerts/test', {}, options);
  }
}
