/** A way to sign in at somebody else's. */
export class SingleSignOnDto {
  id!: string;
  /** For its button. */
  name!: string;
  /** Where a browser goes to begin. */
  start_path!: string;
}

/** What a month gives. */
export class OfferedTierDto {
  name!: string;
  monthly_credits!: number;
}

/** Requests an hour of whoever asks, by the tier of their account; admins have no limit. */
export class PortalLimitsDto {
  user_per_hour!: number;
  /** Of what is looked at in the portal. */
  session_per_hour!: number;
  api_key_per_hour!: number;
}

/** What the portal's pages are made by. What follows `password_login` is for those who are signed in. */
export class PortalConfigDto {
  version!: string;
  title!: string;
  /** Where its people ask for help. */
  support_url!: string | null;
  registration!: 'open' | 'closed';
  /** False: everybody is the admin, and nobody signs in. */
  auth_enabled!: boolean;
  /** Whether people sign in with a password. */
  password_login!: boolean;
  sso!: SingleSignOnDto[];
  /** Whether this answer is for somebody who is signed in, and has the rest. */
  is_signed_in!: boolean;
  /** Whether whoever asks has an account, which calls are charged to. */
  has_account?: boolean;
  /** Where clients reach MCP. */
  mcp_url?: string;
  /** Whether calls need an account. */
  credits_mode?: 'required' | 'optional';
  billing_enabled?: boolean;
  /** Whether users may be told of their account and keys at an endpoint of their own. */
  user_webhooks?: boolean;
  tiers?: OfferedTierDto[];
  /** What of a server's tools passes where its template says nothing. */
  tool_approval?: 'off' | 'first_use' | 'manual';
  /** How long calls are kept. */
  keep_months?: number;
  limits?: PortalLimitsDto;
}
