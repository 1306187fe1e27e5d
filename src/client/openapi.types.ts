/* eslint-disable max-lines */
// Written by `npm run openapi` from openapi.json. Do not edit.

export interface paths {
  '/api/admin/approvals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Everything new or changed of all servers that get calls, as it is and as it was approved; `total` is how much waits. It is approved with
     *     `POST /servers/{id}/pins`.
     */
    get: operations['ApprovalsController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists changes, newest first, filtered by actor, action, what was changed, and time: a page, or all of them as a file. */
    get: operations['AuditController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/calls': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists everybody's calls of the last days, `usage.keep_recent_days`, newest first; or all of a user's. In pages that follow one another,
     *     or all of them as a file.
     */
    get: operations['AdminUsageController_calls'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/calls/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells of each call of anybody as it is recorded, on whichever replica, until the caller leaves. */
    get: operations['AdminUsageController_stream'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every setting with its value, its default and where it comes from; secrets are masked. */
    get: operations['ConfigController_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/config/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What a start with another gateway.yaml would do: its problems, or the settings that would change from
     *     that start on. Beside it hold the environment
     *     and the options that this process was started with. Nothing is changed, and nothing that the text names is opened, connected to or
     *     filled in.
     */
    post: operations['ConfigController_check'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/datasets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every dataset, with how much of it there is. Admins only. */
    get: operations['DatasetsController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/datasets/imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The last 100 imports into datasets, newest first. Admins only. */
    get: operations['DatasetsController_listImports'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/datasets/synthetic': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Fills the datasets with a generated market whose symbols are marked as synthetic. Admins only. */
    post: operations['DatasetImportController_generate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/datasets/{dataset}/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Imports a CSV (plain or gzip) or Parquet file, all or nothing. Admins only. */
    post: operations['DatasetImportController_import'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Engines, replicas, what is on its way, and what this process holds. Answers within 2 seconds, whatever does not. */
    get: operations['AdminHealthController_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/integrity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Compares all books: accounts, ledger and holds; and by day the ledger, usage rows and rollup. */
    get: operations['AdminUsageController_check'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists all keys, newest first, filtered by name, owner, activity, permission or how long they are unused. */
    get: operations['AdminKeysController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Gives anybody's key a budget, changes it or takes it away, at once, on every replica. */
    patch: operations['AdminKeysController_edit'];
    trace?: never;
  };
  '/api/admin/keys/{id}/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Revokes anybody's key at once, on every replica, and says why. */
    post: operations['AdminKeysController_revoke'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/log-level': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Current log levels. */
    get: operations['LogLevelController_get'];
    /** Replaces the log levels of this process until it ends. Other replicas keep theirs. */
    put: operations['LogLevelController_set'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists accounts, filtered by e-mail, name, tier, state or flags. */
    get: operations['AdminAccountsController_list'];
    put?: never;
    /**
     * Opens an account for a user who has none, as if they had enabled it: with the month's credits of the default tier. Its key is shown to
     *     nobody; they make a new one when they want it.
     */
    post: operations['AdminAccountsController_open'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An account. */
    get: operations['AdminAccountsController_one'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/active': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Switches an account on or off. Off: every key of its user is refused at once. */
    put: operations['AdminAccountsController_setActive'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/add-credits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds credits that do not expire, and pay first what the account owes; or takes credits back as a correction. */
    post: operations['AdminAccountsController_addCredits'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/credit-history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists an account's credit transactions, newest first, with its other changes: a page, or all transactions as a file. */
    get: operations['AdminAccountsController_creditHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/flags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Takes an account's flags off, once somebody has looked at it. A debt stays; adding credits pays it. */
    delete: operations['AdminAccountsController_clearFlags'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/tier': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Changes an account's tier. A larger allocation applies at once, a smaller one from next month. */
    put: operations['AdminAccountsController_changeTier'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/accounts/{id}/tool-calls': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the calls of an account's user, newest first. */
    get: operations['AdminUsageController_toolCalls'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/analytics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Totals of accounts, credits and calls; calls of a time, compared to those before, and what was refused in it. */
    get: operations['AdminUsageController_analytics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/mcp/tool-usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts all users' calls by tool. */
    get: operations['AdminUsageController_toolUsage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/prices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists prices of tools by name, with who says so and how much the last 30 days had of each. */
    get: operations['PricesController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/prices/{tool}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Sets the price of a tool, for calls that begin from now on; those that run keep theirs, but for tasks that are charged when they
     *     end. Also of a tool that is yet to come.
     */
    put: operations['PricesController_set'];
    post?: never;
    /** Takes back what an admin has set: the tool costs what it would without. Also where the settings file has the price by now. */
    delete: operations['PricesController_reset'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/tiers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists tiers, with who says what they give and how many accounts are on each. */
    get: operations['TiersController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/tiers/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Sets what a tier gives; what is left out stays. More credits top its accounts up at once; fewer count from next month, and nothing is
     *     taken back. Limits count for the next request.
     */
    put: operations['TiersController_set'];
    post?: never;
    /** Takes back what an admin has set: the tier gives what it would without, by the same rule. Also of one that the settings file names by now, or no more. */
    delete: operations['TiersController_reset'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/usage/timeseries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts everybody's calls by hour or day, and how long they took; or those of a user, as one series or as several. */
    get: operations['AdminUsageController_timeseries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists users, newest first unless it is sorted, filtered by name, e-mail, role or activity. */
    get: operations['AdminUsersController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/invite': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Invites somebody: makes a user without a password, and a link by which they set one, once, within a day. Mailed where there is mail. */
    post: operations['InvitationsController_invite'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user. */
    get: operations['AdminUsersController_get'];
    put?: never;
    post?: never;
    /** Deletes a user: logins and API keys end, the e-mail is free again, the books stay. */
    delete: operations['AdminUsersController_delete'];
    options?: never;
    head?: never;
    /** Changes a user's role, display name, or whether they may log in and call; their keys end or come back with that. */
    patch: operations['AdminUsersController_edit'];
    trace?: never;
  };
  '/api/admin/users/{id}/invite': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Invites somebody again who has not come yet: a new link; the old one ends. */
    post: operations['InvitationsController_inviteAgain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Sets a user's password. Their logins end; their API keys go on. */
    put: operations['AdminUsersController_setPassword'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/password-link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a link by which a user sets a password of their own, once, within a day. An earlier link of theirs ends. */
    post: operations['AdminUsersController_makePasswordLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Signs a user out everywhere: their logins, sessions and password link end, their API keys go on. */
    delete: operations['AdminUsersController_endSessions'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user's calls this month and today. */
    get: operations['UserUsageController_summary'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/usage/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists a user's calls, newest first: a page, or all of them as a file. */
    get: operations['UserUsageController_history'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/usage/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts a user's calls by the key they were made with. */
    get: operations['UserUsageController_keys'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/users/{id}/usage/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts a user's calls by day and by tool. */
    get: operations['UserUsageController_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the webhooks of the configuration, without their secrets. */
    get: operations['WebhooksController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/webhooks/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists deliveries by webhook and by mail, newest first, each with its last attempts. */
    get: operations['WebhooksController_deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/webhooks/deliveries/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Delivers again at once, under the same notice id, with all attempts anew; also what was delivered before. */
    post: operations['WebhooksController_retry'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/admin/webhooks/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a test notice. */
    post: operations['WebhooksController_test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Logs in with an e-mail or user name and a password. */
    post: operations['AuthController_login'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/logout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Logs out: this login token, or session of the portal, is refused from now on. Others of the user, and their API keys, go on. */
    post: operations['AuthController_logOut'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The logged-in user. */
    get: operations['AuthController_me'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes what the logged-in user is called. */
    patch: operations['AuthController_editMe'];
    trace?: never;
  };
  '/api/auth/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Changes the caller's password. Their other logins and sessions end; this answer has the token, or the cookie, to go on with. */
    put: operations['AuthController_changePassword'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/password-link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sets the password of the user whom an admin gave a link. Their logins end. */
    post: operations['AuthController_usePasswordLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/password-link/owner': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** For whom a password link is, so that its page can greet them; the link stays good. */
    post: operations['AuthController_passwordLinkOwner'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Registers a new user, where registration is open. */
    post: operations['AuthController_register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is signed in with the cookie. Counts as a use of the session. */
    get: operations['SessionController_get'];
    put?: never;
    /** Signs a browser in: the answer sets a cookie, which pages of the gateway's own address are admitted by. */
    post: operations['SessionController_signIn'];
    /** Signs the browser out: the session is refused from now on, on every replica, and the cookie is cleared. */
    delete: operations['SessionController_signOut'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/session/confirm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirms that it is still you, for what a browser that was left open must not do. Counts for 15 minutes. */
    post: operations['SessionController_confirm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The caller's sessions, the one used last first. */
    get: operations['SessionController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/sessions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends one of the caller's sessions, on every replica. */
    delete: operations['SessionController_end'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-keys/create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates an API key, or makes one of an existing secret. The whole key is shown only in this answer. */
    post: operations['ApiKeysController_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-keys/list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's keys, newest first, filtered by name or activity. */
    get: operations['ApiKeysController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-keys/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Revokes a key at once, on every replica. */
    post: operations['ApiKeysController_revoke'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-keys/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replaces a key by one with the same name, permissions, limits and expiry. */
    post: operations['ApiKeysController_rotate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One of the caller's keys, with everything that is known of it but the key itself. */
    get: operations['ApiKeysController_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes a key's name, permissions, tools, limits or expiry, at once, on every replica. */
    patch: operations['ApiKeysController_edit'];
    trace?: never;
  };
  '/api/mcp-usage/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's calls, newest first: a page, or all of them as a file. */
    get: operations['UsageController_history'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-usage/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts the caller's calls by the key they were made with. */
    get: operations['UsageController_keys'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-usage/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts the caller's calls by day and by tool. */
    get: operations['UsageController_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-usage/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells the caller of each of their calls as it is recorded, until they leave. */
    get: operations['UsageController_stream'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp-usage/timeseries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts the caller's calls by hour or day, and how long they took; as one series or as several. */
    get: operations['UsageController_timeseries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/account': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The caller's account, with only the prefix of its key, and what is left of the hour's requests. */
    get: operations['AccountController_account'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/alerts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the caller is told of, and where; never the secret of their endpoint. */
    get: operations['AlertsController_get'];
    /** Changes it. The secret of a new endpoint is shown only in this answer. */
    put: operations['AlertsController_set'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/alerts/secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renews the secret of the caller's endpoint; the old one ends. It is shown only in this answer. */
    post: operations['AlertsController_renewSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/alerts/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends the caller a test notice, at most five times an hour. */
    post: operations['AlertsController_test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/billing/checkout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts a checkout on Stripe's payment page. The credits or the tier are granted once Stripe reports the payment. */
    post: operations['CheckoutController_checkout'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/billing/offers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What can be bought. */
    get: operations['CheckoutController_offers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/billing/portal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Opens Stripe's page on which the caller sees their payments and invoices, and changes or ends their subscription. It leads back to
     *     Credits in the portal.
     */
    post: operations['CheckoutController_manage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/billing/purchases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the caller's account has bought, newest first; as it was offered then. */
    get: operations['CheckoutController_purchases'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/credit-history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's credit transactions, newest first, with their account's other changes: a page, or all transactions as a file. */
    get: operations['AccountController_creditHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Opens an account with its first credits. The whole key is shown only in this answer. */
    post: operations['AccountController_enable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/regenerate-key': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replaces the account's key; the old one is refused at once. The whole key is shown only in this answer. */
    post: operations['AccountController_regenerateKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's calls, newest first. */
    get: operations['AccountController_history'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/mcp/usage/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Credits, and the calls of this month and today. */
    get: operations['AccountController_summary'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/portal/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How people sign in and, for those who are, how this gateway is set up. Needs no credential; any one that works will do. */
    get: operations['PortalConfigController_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/auth/api-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates an API key for a service. The whole key is shown only in this answer. */
    post: operations['ApiKeysController_createForService'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Logs in with a form: a user name or an e-mail, and a password. */
    post: operations['AuthController_loginWithForm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/auth/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates a user. Admins only. */
    post: operations['AuthController_createUser'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The health of the gateway and its parts. 503 when it cannot serve. */
    get: operations['HealthController_check'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/livez': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Liveness: restart the process when this does not answer. */
    get: operations['HealthController_live'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics of this process, in Prometheus' text format. Only for this machine, and for callers with `metrics.token`. */
    get: operations['MetricsController_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Readiness: send the process no work while this is 503. */
    get: operations['HealthController_ready'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All registered servers, in the order of registration. */
    get: operations['ServersController_list'];
    put?: never;
    /**
     * Registers a server from a template of the gateway's configuration. Its name and pool stay as they are. The answer has its first
     *     health, for which it waits at most 3 seconds: a server that cannot start is registered all the same, and `health.error` says why.
     */
    post: operations['ServersController_register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/templates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The templates of the configuration and those that come with Tallygate, also ones that are not enabled. */
    get: operations['ServerTemplatesController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Connects to a server as if it were registered, and lists what it offers. Nothing is saved, and the connection or the process is closed
     *     in any case. Takes at most 20 seconds; a server that cannot be used is an answer, too.
     */
    post: operations['ServerTrialsController_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A server and its health. */
    get: operations['ServersController_get'];
    put?: never;
    post?: never;
    /** Removes a server. Its calls in flight fail. */
    delete: operations['ServersController_remove'];
    options?: never;
    head?: never;
    /** Enables or disables a server, or changes its weight, config or metadata. */
    patch: operations['ServersController_edit'];
    trace?: never;
  };
  '/servers/{id}/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Checks the health of a server now, and reads its tools again. */
    post: operations['ServersController_check'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/{id}/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a server is, how it was in each half hour of the last day, and why a check failed last. */
    get: operations['ServerHistoryController_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/{id}/pins': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every tool, prompt, resource and resource template that the server has ever offered, and its instructions: as it is now, and as it was
     *     approved. Those that cannot be offered come last.
     */
    get: operations['ServerPinsController_list'];
    put?: never;
    /** Approves new or changed definitions, all of them or none. */
    post: operations['ServerPinsController_approve'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/{id}/tools': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every tool that the server has ever offered, by name, and those that cannot be offered. */
    get: operations['ServerToolsController_list'];
    put?: never;
    /** Approves a new or changed tool, and answers with it. */
    post: operations['ServerToolsController_approve'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/servers/{id}/tools/{tool}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Switches a tool off, renames or describes it anew, or fixes arguments of it, for callers of the server's pool. Answers with the tool
     *     as it stands. What the server defines stays approved as it is.
     */
    patch: operations['ToolChangesController_edit'];
    trace?: never;
  };
  '/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Uptime, number of requests, and the upstream servers. */
    get: operations['StatsController_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tools': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The tools this caller may call, or one of their keys. */
    get: operations['ToolsController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tools/call': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Calls a tool. Nothing is charged for a call that was refused or whose backend failed. */
    post: operations['ToolsController_call'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AccessTokenDto: {
      /** @description A JWT, for `Authorization: Bearer`. */
      access_token: string;
      /** @enum {string} */
      token_type: 'bearer';
      /** @description Seconds until it expires. */
      expires_in: number;
    };
    AccountCallsDto: {
      /** @description Newest first. */
      tool_calls: components['schemas']['ToolCallDto'][];
      /** @description Number of calls on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    AccountChangeDto: {
      /** @enum {string} */
      kind: 'active' | 'flag' | 'key' | 'tier';
      before: string;
      after: string;
      /** @description E-mail of whoever made it. */
      changed_by: string;
      /** Format: date-time */
      created_at: string;
    };
    AccountDifferenceDto: {
      account_id: number;
      /** @description E.g. `balance`: the account's own figure against the sum of its ledger. */
      check: string;
      expected: number;
      actual: number;
      /** @description Actual − expected. */
      difference: number;
    };
    AccountInfoDto: {
      id: number;
      user_email: string;
      display_name: string | null;
      /** @description First 12 characters of the account's key. */
      mcp_key_prefix: string;
      /** @description Credits left of this month's allocation, plus purchased credits. */
      credits_balance: number;
      /** @description What is left of the month's allocation; spent first. */
      credits_allocation: number;
      /** @description Bought or granted credits; they do not expire. */
      credits_purchased: number;
      /** @description Reserved by running calls. */
      credits_held: number;
      /**
       * @description Credits owed, since their payment was refunded or disputed after they were spent. The next credits bought or granted
       *     pay it first.
       */
      credits_debt: number;
      credits_tier: string;
      /** @description Credits a month; unused ones do not carry over. */
      credits_monthly_allocation: number;
      /** @description False: an admin has switched the account off, and its user's keys are refused. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Last use of the account's key, or last charged call with any key; up to ten seconds late.
       */
      last_connected_at: string | null;
      /**
       * @description The user's calls, as history and the summary count them: free and failed ones too, with any key or login; without those that were
       *     refused. A call counts once it is in the history, some seconds after its answer. Calls from before the upgrade to this way of
       *     counting are in it only if they had a price.
       */
      total_tool_calls: number;
      /** @description Credits charged for calls since the account was opened, as in the ledger. */
      total_credits_used: number;
      stripe_subscription_status: string | null;
      /** Format: date-time */
      created_at: string;
    };
    AccountListDto: {
      accounts: components['schemas']['AdminAccountDto'][];
      /** @description Number of accounts on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    AccountTotalsDto: {
      total: number;
      active: number;
      inactive: number;
      by_tier: components['schemas']['TierAccountsDto'][];
    };
    AddCreditsDto: {
      /** @description Whole credits, at most a billion. Negative: a correction, limited to credits that no running call has reserved. */
      amount: number;
      /** @description Shown in the account's history, 1 to 500 characters. */
      reason: string;
      /**
       * @description Identifies what the credits are for, e.g. a ticket. The same reference is booked once in an account, however often
       *     it is sent; with another amount it is refused.
       */
      reference?: string | null;
    };
    AddedCreditsDto: {
      success: boolean;
      message: string;
      /** @description False: this reference was booked before; nothing has changed. */
      booked: boolean;
      credits_balance: number;
      /** @description The balance minus what running calls have reserved. */
      credits_available: number;
      /** @description What the account still owes; added credits pay it first. */
      credits_debt: number;
    };
    AddressesDto: {
      /** @description The port it listens on for REST. A proxy may give it another number. */
      rest_port: number;
      /** @description The port it listens on for MCP. */
      mcp_port: number;
      /** @description Where clients reach REST (`public_url`); absent where the operator has not said it. */
      rest_url?: string;
      /** @description Where clients reach MCP (`public_mcp_url`). */
      mcp_url?: string;
    };
    AdminAccountDto: {
      id: number;
      user_email: string;
      display_name: string | null;
      /** @description First 12 characters of the account's key. */
      mcp_key_prefix: string;
      /** @description Credits left of this month's allocation, plus purchased credits. */
      credits_balance: number;
      /** @description What is left of the month's allocation; spent first. */
      credits_allocation: number;
      /** @description Bought or granted credits; they do not expire. */
      credits_purchased: number;
      /** @description Reserved by running calls. */
      credits_held: number;
      /**
       * @description Credits owed, since their payment was refunded or disputed after they were spent. The next credits bought or granted
       *     pay it first.
       */
      credits_debt: number;
      credits_tier: string;
      /** @description Credits a month; unused ones do not carry over. */
      credits_monthly_allocation: number;
      /** @description False: an admin has switched the account off, and its user's keys are refused. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Last use of the account's key, or last charged call with any key; up to ten seconds late.
       */
      last_connected_at: string | null;
      /**
       * @description The user's calls, as history and the summary count them: free and failed ones too, with any key or login; without those that were
       *     refused. A call counts once it is in the history, some seconds after its answer. Calls from before the upgrade to this way of
       *     counting are in it only if they had a price.
       */
      total_tool_calls: number;
      /** @description Credits charged for calls since the account was opened, as in the ledger. */
      total_credits_used: number;
      stripe_subscription_status: string | null;
      /** Format: date-time */
      created_at: string;
      user_id: string;
      /** @description Why an operator should look at the account, e.g. a payment disputed. */
      flags: string[];
      /** Format: date-time */
      updated_at: string;
    };
    AdminHealthDto: {
      /** Format: date-time */
      timestamp: string;
      process: components['schemas']['ThisProcessDto'];
      postgresql: components['schemas']['EngineDto'];
      clickhouse: components['schemas']['EngineDto'];
      /** @description Null where Redis is not used. */
      redis: components['schemas']['EngineDto'] | null;
      /** @description Of all that share the database; null while PostgreSQL does not answer. */
      replicas: components['schemas']['ReplicaDto'][] | null;
      /** @description Null while PostgreSQL does not answer. */
      usage_backlog: components['schemas']['UsageBacklogDto'] | null;
      /** @description Null where the file system does not say. */
      disk: components['schemas']['DiskDto'] | null;
    };
    AdminKeyDto: {
      id: string;
      key_name: string;
      /** @description Its first 12 characters; of a secret that was brought in, at most a quarter. */
      api_key_prefix: string;
      /** @description Whether it works: it is neither revoked nor expired, and its owner is not switched off. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Up to ten seconds late.
       */
      last_used_at: string | null;
      /** Format: date-time */
      expires_at: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description What made the last recorded call with it: the client's own name, or its User-Agent. Up to ten seconds late. */
      last_client: string | null;
      permissions: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /** @description Null: everything its permissions allow. */
      allowed_tools: string[] | null;
      /** @description Its own limit; null: what keys of its owner have. */
      rate_limit_per_hour: number | null;
      /** @description Requests an hour it may make: by its own limit, its owner's tier or the gateway's; null: there is no limit. */
      effective_rate_limit: number | null;
      /** @description Credits that its calls may charge in a period; null: as much as the account has. */
      credit_budget: number | null;
      /**
       * @description When its budget begins anew, in UTC; null: it has none.
       * @enum {string|null}
       */
      budget_period: 'day' | 'month' | 'never' | 'week' | null;
      /** @description Credits of its budget that are charged in this period; null: it has none. */
      budget_used: number | null;
      /**
       * Format: date-time
       * @description When its budget begins anew; null: never, or it has none.
       */
      budget_resets_at: string | null;
      /** @description The key that rotation made of this one. */
      replaced_by: string | null;
      /** Format: date-time */
      revoked_at: string | null;
      /** @description The user who revoked it; null for a key that was not revoked, or by nobody in person. */
      revoked_by: string | null;
      revoke_reason: string | null;
      user_id: string;
      user_email: string;
    };
    AdminKeyListDto: {
      keys: components['schemas']['AdminKeyDto'][];
      /** @description Number of keys on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    AdminUserDto: {
      id: string;
      username: string;
      email: string;
      display_name: string | null;
      /** @enum {string} */
      role: 'admin' | 'user';
      is_active: boolean;
      /** Format: date-time */
      created_at: string;
      /** @description The account their calls are charged to; null for none. */
      account_id: number | null;
      /** @description Keys that work; null while it cannot be told. */
      keys_count: number | null;
      /**
       * Format: date-time
       * @description By a password, or a token that began a session of the portal; null for never.
       */
      last_login_at: string | null;
      /**
       * Format: date-time
       * @description When they were invited, the last time; null for who was not, and for who has come since.
       */
      invited_at: string | null;
      /** @description Calls in the last 30 days; null while it cannot be told. */
      calls_30d: number | null;
    };
    AlertDeliveryDto: {
      kind: string;
      /**
       * @description `failed`: given up.
       * @enum {string}
       */
      state: 'delivered' | 'failed' | 'waiting';
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When the next attempt is due; null when there is none.
       */
      due_at: string | null;
      /** @description Null before the first. */
      last_attempt: components['schemas']['AttemptDto'] | null;
    };
    AlertSecretDto: {
      /** @description Signs what is posted to the endpoint (Standard Webhooks). Shown only in this answer. */
      webhook_secret: string;
    };
    AlertsDto: {
      /** @description Credits; told once whenever the account has no more. Null: only by the gateway's own rules. */
      low_balance: number | null;
      /** @description Null: none. */
      webhook_url: string | null;
      /** @description How you are told now. */
      told_by: ('mail' | 'webhook')[];
      /** @description Why you are told nothing; null where you are. */
      problem: string | null;
      /** @description The newest notice to your endpoint; null for none. */
      last_delivery: components['schemas']['AlertDeliveryDto'] | null;
    };
    AllCallsDto: {
      /** @description Newest first. */
      records: components['schemas']['AnyCallDto'][];
      /** @description For `before`, to get the records that follow; null: there are none. */
      next: string | null;
    };
    AllToolsUsageDto: {
      /**
       * Format: double
       * @description Percent of the calls that succeeded, to one decimal; 100 without calls.
       */
      success_rate: number;
      /** Format: double */
      avg_latency_ms: number;
      period_days: number;
      total_calls: number;
      total_credits: number;
      /** @description Most called first. */
      tools: components['schemas']['TimedToolUsageRowDto'][];
    };
    AnalyticsDto: {
      accounts: components['schemas']['AccountTotalsDto'];
      credits: components['schemas']['CreditTotalsDto'];
      calls: components['schemas']['CallTotalsDto'];
      /** @description The top spenders of the time asked for, at most 10. */
      top_accounts: components['schemas']['TopAccountDto'][];
      /** @description Its most called tools, at most 10. */
      top_tools: components['schemas']['ToolUsageRowDto'][];
      /** @description The time asked for. */
      period: components['schemas']['PeriodTotalsDto'];
      /** @description The time of the same length that ended when it began. */
      previous: components['schemas']['PeriodTotalsDto'];
      /** @description The clients that called most in it, at most 10; null for more than 31 days, or more calls than can be read in time. A call delivered twice may count twice for a while. */
      top_clients: components['schemas']['TopClientDto'][] | null;
      /** @description What was refused in the hours that it touches, most first; reasons of which there were none are left out. Some seconds late. */
      refusals: components['schemas']['RefusedDto'][];
      /**
       * Format: date-time
       * @description Every call that was recorded before is counted; usually less than a second ago.
       */
      as_of: string;
    };
    AnyCallDto: {
      /** Format: double */
      duration_ms: number;
      id: string;
      request_id: string;
      tool_name: string;
      /** @description The tool's source, e.g. `stock-data`. */
      service: string;
      /** @description Table or dataset the tool read; empty when there is none. */
      table_name: string;
      /** @description Rows the tool returned. */
      record_count: number;
      is_error: boolean;
      /** @description The tool or its backend failed; such a call costs nothing. */
      is_backend_error: boolean;
      error_code: string;
      error_message: string;
      /** @description An object; text when they were too long to be stored in full. */
      arguments: Record<string, never>;
      credits_charged: number;
      /** @description Empty for a call with a login token. */
      api_key_id: string;
      /** @description The key's name now, also when it is revoked; null for a call with a login token. */
      api_key_name: string | null;
      client_name: string;
      protocol_version: string;
      /** @description `http`, `stdio` or `rest`. */
      transport: string;
      /** @description When the call was admitted; ISO 8601, UTC. */
      created_at: string;
      user_id: string;
      /** @description As it is now; null for a user that there is not. */
      user_email: string | null;
      user_name: string | null;
    };
    ApprovePinDto: {
      /** @enum {string} */
      kind: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
      /** @description The server's own name of it; of resources and templates the address; of instructions `instructions`. */
      name: string;
      /** @description The `pin` from `GET /servers/{id}/pins`, of the definition that was looked at. */
      pin: string;
    };
    ApprovePinsDto: {
      pins: components['schemas']['ApprovePinDto'][];
    };
    ApproveToolDto: {
      /** @description The server's own name of the tool, without a prefix. */
      tool_name: string;
      /** @description The `pin` from `GET /servers/{id}/tools`. A tool that has changed since then is not approved. */
      pin: string;
    };
    ApprovedPinsDto: {
      /** @description How many are approved now. */
      approved: number;
    };
    AttemptDto: {
      /** Format: date-time */
      at: string;
      duration_ms: number;
      /** @description Of HTTP or SMTP; null when there was no answer. */
      status: number | null;
      /** @description Null when it succeeded. */
      error: string | null;
    };
    AuditLineDto: {
      /** @description Grows with every change. */
      id: number;
      /** Format: date-time */
      created_at: string;
      /**
       * @description How whoever made the change came in: a login, a key, a password link, without authentication, the machine's command line; or the
       *     gateway by itself, or Stripe.
       * @enum {string}
       */
      via: 'anonymous' | 'api_key' | 'command_line' | 'gateway' | 'login' | 'password_link' | 'stripe';
      /** @description The user who made the change; null for nobody in person. */
      actor_id: string | null;
      actor_email: string | null;
      api_key_id: string | null;
      /** @description What was done, e.g. `api_key.revoked`. */
      action: string;
      subject_type: string;
      subject_id: string;
      /** @description Values before and after, a reason. Never a secret. */
      details: {
        [key: string]: unknown;
      };
      /** @description The request that made it, as in the gateway's log and in answers; null for what none made. */
      request_id: string | null;
      /** @description Where it came from. */
      address: string | null;
    };
    AuditListDto: {
      entries: components['schemas']['AuditLineDto'][];
      /** @description Number of changes on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    BudgetChangeDto: {
      /** @description Credits that its calls may charge in a period; null takes the budget away. One that is given later counts from then on. */
      credit_budget?: number | null;
      /**
       * @description When the budget begins anew, in UTC; `week`: on Mondays, `never`: it is for all time. Of a new budget by default `month`.
       * @enum {string|null}
       */
      budget_period?: 'day' | 'month' | 'never' | null | 'week';
    };
    CallToolDto: {
      /**
       * @description Where the tool is: `server_id` of `GET /tools`
       * @example stock-data
       */
      server_id: string;
      /** @example get_latest_bars */
      tool_name: string;
      /**
       * @description As the tool's `input_schema` says
       * @example {
       *       "symbols": [
       *         "^GSPC"
       *       ]
       *     }
       */
      arguments?: {
        [key: string]: unknown;
      } | null;
    };
    CallTotalsDto: {
      /**
       * Format: double
       * @description Percent of this month's calls that succeeded, to one decimal; 100 without calls.
       */
      success_rate: number;
      /** Format: double */
      avg_latency_ms: number;
      today: number;
      this_month: number;
      credits_today: number;
      credits_this_month: number;
    };
    CallUsageDto: {
      /**
       * Format: double
       * @description Milliseconds.
       */
      duration_ms: number;
      /** @description Rows the call returned. */
      record_count: number;
      /** @description Table it read; empty when there is none. */
      table_name: string;
      credits_charged: number;
      /** @description Credits that no call holds, after this one; null for a caller without an account. */
      credits_remaining: number | null;
    };
    CallsSkippedDto: {
      /** @description How many; null: nobody knows. */
      count: number | null;
    };
    ChangeActiveDto: {
      /** @description False: every key of the account's user is refused until it is true again. */
      is_active: boolean;
    };
    ChangePasswordDto: {
      current_password: string;
      /** @description 8 to 256 characters. */
      new_password: string;
    };
    ChangeTierDto: {
      /** @description One of the configured `tiers`. A larger allocation applies at once, a smaller one from next month. */
      tier: string;
    };
    ChangedAlertsDto: {
      /** @description Credits; told once whenever the account has no more. Null: only by the gateway's own rules. */
      low_balance: number | null;
      /** @description Null: none. */
      webhook_url: string | null;
      /** @description How you are told now. */
      told_by: ('mail' | 'webhook')[];
      /** @description Why you are told nothing; null where you are. */
      problem: string | null;
      /** @description The newest notice to your endpoint; null for none. */
      last_delivery: components['schemas']['AlertDeliveryDto'] | null;
      /** @description Signs what is posted to the endpoint (Standard Webhooks). Shown only in this answer, and null where there was an endpoint before. */
      webhook_secret: string | null;
    };
    CheckoutDto: {
      /** @description The id of a pack in the gateway's settings. */
      pack?: string | null;
      /** @description A tier to subscribe to. */
      tier?: string | null;
    };
    CheckoutSessionDto: {
      /** @description Stripe's page to pay on. */
      checkout_url: string;
      /** @description Stripe's id of the checkout session. */
      session_id: string;
    };
    ConfigCheckDto: {
      /** @description What would end the start; then no changes are told. */
      problems: components['schemas']['ConfigProblemDto'][];
      changes: components['schemas']['SettingChangeDto'][];
      /** @description Settings of the text with secrets, which are not compared with those in use. */
      not_compared: string[];
      /** @description Settings of the text that name files, which are not opened. */
      not_opened: string[];
    };
    ConfigCheckRequestDto: {
      /** @description In YAML, as gateway.yaml is. */
      yaml: string;
    };
    ConfigDto: {
      /** @description The settings file, as the operator calls it; it may be absent. */
      file: string;
      settings: components['schemas']['SettingDto'][];
    };
    ConfigProblemDto: {
      /** @description Of the text; null where it is about no line of it. */
      line: number | null;
      message: string;
    };
    ConfirmDto: {
      password?: string | null;
      token?: string | null;
    };
    ConfirmedDto: {
      /** Format: date-time */
      confirmed_until: string;
    };
    ContextLevelDto: {
      /**
       * @description The `context` of log lines: Auth, Billing, ClickHouse, Credits, Http, Idempotency, Key changes, Key usage, Listener, Log, MCP, Metrics, Notices, PostgreSQL, Redis, Rest, Server health, Servers, Shutdown, Start, Stock data, Streams, Suspended calls, Tools, Traces, Usage, Usage delivery, one of Nest's own, or `Server <name>`
       * @example Usage delivery
       */
      context: string;
      /** @enum {string} */
      level: 'debug' | 'error' | 'fatal' | 'info' | 'silent' | 'trace' | 'warn';
    };
    CreateKeyDto: {
      /**
       * @description A name to tell keys apart, 1 to 100 characters.
       * @default API key
       */
      key_name?: string | null;
      /** @description Days until it expires, 1 to 3650. Unset: never. */
      expires_days?: number | null;
      /** @description What the key may do, at most what its owner may. Default `tools:call`. */
      permissions?: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[] | null;
      /**
       * @description Names of the only tools the key may call. Prompts by name, and resources by URI or template, can be listed too;
       *     those that are not are hidden. Unset: everything its permissions allow.
       */
      allowed_tools?: string[] | null;
      /** @description Requests an hour. Unset: the gateway's limit for keys; only an admin may set a higher one. */
      rate_limit_per_hour?: number | null;
      /** @description Credits that its calls may charge in a period; free calls go on when it is used up. Unset: as much as the account has. */
      credit_budget?: number | null;
      /**
       * @description When the budget begins anew, in UTC; `week`: on Mondays, `never`: it is for all time. Default `month`.
       * @enum {string|null}
       */
      budget_period?: 'day' | 'month' | 'never' | null | 'week';
      /** @description An existing secret that becomes the key, instead of a new one. It must be random; only its hash is stored. */
      secret?: string | null;
    };
    CreateServiceKeyDto: {
      /** @description A name to tell keys apart, 1 to 100 characters. */
      name: string;
      /** @description What the key may do, at most what its owner may. */
      permissions: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /** @description ISO 8601, in the future, within ten years; UTC if no zone is given. Unset: never. */
      expires_at?: string | null;
    };
    CreateUserDto: {
      username: string;
      /** Format: email */
      email: string;
      /** @description 8 to 256 characters. */
      password: string;
      /** @description Whether the user is an admin. */
      is_superuser?: boolean | null;
    };
    CreatedKeyDto: {
      success: boolean;
      message: string;
      /** @description The whole key. Keep it: it cannot be shown again. */
      api_key: string;
      key_id: string;
      key_name: string;
      /** @description Its first 12 characters; of a secret that was brought in, at most a quarter. */
      api_key_prefix: string;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      expires_at: string | null;
    };
    CreatedServiceKeyDto: {
      id: string;
      name: string;
      /** @description The whole key. Keep it: it cannot be shown again. */
      api_key: string;
      /** @description Its first 12 characters; of a secret that was brought in, at most a quarter. */
      api_key_prefix: string;
      permissions: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      expires_at: string | null;
    };
    CreditEntryDto: {
      id: number;
      /** @description E.g. `monthly_refill`, `allocation_expired`, `usage`, `grant`, `tier_change`, `debt_paid`. */
      transaction_type: string;
      /** @description Signed. */
      amount: number;
      balance_before: number;
      balance_after: number;
      /** @description Credits added to what the account owes; negative: paid of it. */
      debt_amount: number;
      reference_type: string | null;
      /** @description For `usage`: the id of the call. */
      reference_id: string | null;
      description: string | null;
      /** @description An admin's e-mail, or `system`. */
      created_by: string;
      /** Format: date-time */
      created_at: string;
    };
    CreditHistoryDto: {
      /** @description Newest first. */
      transactions: components['schemas']['CreditEntryDto'][];
      /** @description Newest first, at most 100, the same on every page. */
      changes: components['schemas']['AccountChangeDto'][];
      /**
       * Format: date-time
       * @description Charges of calls before this moment have gone to the operator's archive and are not listed; null: all are.
       */
      archived_before: string | null;
      /** @description Number of transactions on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    CreditPackDto: {
      /** @description `pack` of `POST /api/mcp/billing/checkout`. */
      id: string;
      name: string;
      credits: number;
      /** @description In the currency's smallest unit: 500 is 5.00 USD; null where the price is kept at Stripe, whose page shows it. */
      amount: number | null;
      /** @description ISO 4217, lower case; null with the amount. */
      currency: string | null;
    };
    CreditTotalsDto: {
      /** @description Allocations, grants and purchases, less corrections. */
      granted: number;
      /** @description Allocations left unused when their month ended. */
      expired: number;
      used: number;
      balance: number;
      /** @description Part of the balance that running calls have reserved. */
      held: number;
    };
    DailyUsageDto: {
      /** @description `YYYY-MM-DD`, UTC. */
      date: string;
      call_count: number;
      total_records: number;
    };
    DatasetDto: {
      /** @description Its table; as in `POST /api/admin/datasets/{dataset}/import`. */
      dataset: string;
      title: string;
      description: string;
      /** @description Names of its columns, in their order. */
      columns: string[];
      row_count: number;
      /** @description Null for a dataset without symbols. */
      symbol_count: number | null;
      /** @description Null for a dataset without days, or without rows. */
      first_date: string | null;
      last_date: string | null;
      /** @description Number of generated rows. */
      synthetic_row_count: number;
    };
    DatasetImportDto: {
      /**
       * @description done: its rows are visible; unfinished: it runs, or was interrupted; undone: it was interrupted, and none of its rows is left.
       * @enum {string}
       */
      state: 'done' | 'undone' | 'unfinished';
      dataset: string;
      /** @description Its number among those of the dataset, from 1. */
      version: number;
      /** @description The file's name, or what was generated. */
      source: string;
      /** @description Distinct rows it brought. */
      rows: number;
      /** @description Lines that were left out, since they were invalid. */
      rejected: number;
      /**
       * Format: date-time
       * @description When it ended; of an unfinished one, when its rows began to be made visible.
       */
      imported_at: string;
    };
    DatasetImportListDto: {
      /** @description The last 100, newest first. */
      imports: components['schemas']['DatasetImportDto'][];
    };
    DatasetListDto: {
      /** @description Whether the tools of the stock data are offered, `stock_data.enabled`. */
      enabled: boolean;
      datasets: components['schemas']['DatasetDto'][];
    };
    DayIntegrityDto: {
      /** @description `YYYY-MM-DD`, UTC: when the calls were admitted. */
      date: string;
      /** @description In the ledger. */
      captured: number;
      /** @description In the rows of `mcp_tool_usage_log`, each counted once. */
      usage_log: number;
      /** @description In the hourly rollup. */
      rollup: number;
      /** @description In rows on their way to ClickHouse. */
      pending: number;
      /** @description In rows that ClickHouse cannot accept, kept in `mcp.usage_rejected`. */
      rejected: number;
      /** @description Captured − usage_log − pending − rejected. Must be 0. */
      difference: number;
      /** @description Usage_log − rollup. Must be 0. */
      rollup_difference: number;
    };
    DeliveryDto: {
      id: number;
      /** @description `webhook-id` of each attempt, and `id` in its body. */
      notice_id: string;
      kind: string;
      /**
       * @description `user_webhook`: the endpoint of a user.
       * @enum {string}
       */
      channel: 'mail' | 'user_webhook' | 'webhook';
      /** @description The webhook's name, a mail address, or the id of the user whose endpoint it is. */
      endpoint: string;
      /**
       * @description `failed`: given up.
       * @enum {string}
       */
      state: 'delivered' | 'failed' | 'waiting';
      /** @description Attempts since it was queued, or retried by hand. */
      tries: number;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When the next attempt is due; null when there is none.
       */
      due_at: string | null;
      /** Format: date-time */
      ended_at: string | null;
      /** @description What the notice says. Never a secret. */
      data: {
        [key: string]: unknown;
      };
      /** @description The last ten, oldest first. */
      attempts: components['schemas']['AttemptDto'][];
    };
    DeliveryListDto: {
      deliveries: components['schemas']['DeliveryDto'][];
      /** @description Number on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    DiskDto: {
      free_bytes: number;
      total_bytes: number;
    };
    EditKeyDto: {
      /** @description 1 to 100 characters. */
      key_name?: string | null;
      /** @description What the key may do, at most what its owner may. */
      permissions?: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[] | null;
      /** @description Names of the only tools, prompts and resources the key may reach. */
      allowed_tools?: string[] | null;
      /** @description Requests an hour. Only an admin may set more than the gateway's limit for keys. */
      rate_limit_per_hour?: number | null;
      /** @description ISO 8601, in the future, within ten years; UTC if no zone is given. */
      expires_at?: string | null;
      /**
       * @description Bounds that are taken off: the key reaches all its permissions allow, has what keys of its owner have, never expires, or charges as
       *     much as the account has. A bound is taken off or given, not both.
       */
      clear?: ('allowed_tools' | 'credit_budget' | 'expires_at' | 'rate_limit_per_hour')[] | null;
      /** @description Credits that its calls may charge in a period; null takes the budget away. One that is given later counts from then on. */
      credit_budget?: number | null;
      /**
       * @description When the budget begins anew, in UTC; `week`: on Mondays, `never`: it is for all time. Of a new budget by default `month`.
       * @enum {string|null}
       */
      budget_period?: 'day' | 'month' | 'never' | null | 'week';
    };
    EditMeDto: {
      /** @description 1 to 200 characters. */
      display_name?: string | null;
    };
    EditServerDto: {
      /**
       * @description Replaces the config. Answers mask secrets: those that are left out, null, empty or as answers show them stay as they are. They have to
       *     be given again where something changes that says where they are sent, such as the URL.
       */
      config?: {
        [key: string]: unknown;
      } | null;
      /** @description Replaces the whole metadata. */
      instance_metadata?: {
        [key: string]: unknown;
      } | null;
      /** @description Whether it gets calls. A disabled server has no connection and no process. */
      enabled?: boolean | null;
      /** @description Its share of calls under the strategy `weighted`, 1 to 1000. */
      weight?: number | null;
      /**
       * @description False: `config` replaces all there was, and secrets that it leaves out are removed.
       * @default true
       */
      keep_secrets?: boolean | null;
    };
    EditToolDto: {
      /**
       * @description Arguments that are the same in every call: callers neither see nor send them. `{"tenant": {"value": 7}}` fixes one, null frees it;
       *     those that are not named stay.
       * @example {
       *       "tenant": {
       *         "value": 7
       *       }
       *     }
       */
      arguments?: {
        [key: string]: {
          value: unknown;
        } | null;
      } | null;
      /** @description Whether callers have it. One that is switched off is neither listed nor called. */
      enabled?: boolean | null;
      /**
       * @description What callers call it, behind the pool's name: letters, digits, `_` and `-`, with the prefix at most 64.
       * @example search
       */
      name?: string | null;
      /** @description In place of the server's. */
      title?: string | null;
      /** @description In place of the server's. */
      description?: string | null;
    };
    EditUserDto: {
      /** @enum {string|null} */
      role?: 'admin' | null | 'user';
      /** @description False: no login and no key of the user is accepted until it is true again. */
      is_active?: boolean | null;
      /** @description 1 to 200 characters. */
      display_name?: string | null;
    };
    EnabledAccountDto: {
      success: boolean;
      message: string;
      /** @description The whole key. Keep it: it cannot be shown again. */
      mcp_api_key: string;
      account: components['schemas']['AccountInfoDto'];
    };
    EndKeyDto: {
      /** @description For whoever looks at the key later; 1 to 500 characters. */
      reason: string;
    };
    EngineDto: {
      /** @enum {string} */
      state: 'connected' | 'disconnected';
      /**
       * Format: double
       * @description How long it took to answer, in milliseconds; null when it did not in time.
       */
      latency_ms: number | null;
    };
    ErrorDto: {
      /** @description What went wrong; a list of problems when fields are invalid */
      detail:
        | string
        | {
            /**
             * @example [
             *       "body",
             *       "server_id"
             *     ]
             */
            loc: (string | number)[];
            /** @example field required */
            msg: string;
            /** @example value_error.missing */
            type: string;
          }[]
        | {
            /** @example mcp_not_enabled */
            code: string;
            message?: string;
          };
      /**
       * @description The contract; the words of `detail` may change
       * @example NOT_FOUND
       * @enum {string}
       */
      error_code:
        | 'BACKEND_ERROR'
        | 'BACKEND_TIMEOUT'
        | 'BAD_REQUEST'
        | 'CONFIRMATION_REQUIRED'
        | 'CONFLICT'
        | 'CSRF_REFUSED'
        | 'HOST_NOT_ALLOWED'
        | 'INSUFFICIENT_CREDITS'
        | 'INSUFFICIENT_PERMISSIONS'
        | 'INTERNAL_ERROR'
        | 'INVALID_CREDENTIALS'
        | 'INVALID_INPUT'
        | 'METHOD_NOT_ALLOWED'
        | 'NOT_FOUND'
        | 'OVERLOADED'
        | 'PAYLOAD_TOO_LARGE'
        | 'RATE_LIMITED'
        | 'REGISTRATION_CLOSED'
        | 'REQUEST_TIMEOUT'
        | 'UNAUTHORIZED'
        | 'UNAVAILABLE'
        | 'UNKNOWN_TOOL'
        | 'UNSUPPORTED_MEDIA_TYPE'
        | 'VALIDATION_ERROR';
      /** @description As in the X-Request-Id header; names the request in the log */
      request_id: string | null;
      /**
       * @description With 403: the scopes this needs
       * @example [
       *       "gateway:write"
       *     ]
       */
      required_permissions?: string[];
    };
    FailedCheckDto: {
      /** Format: date-time */
      at: string;
      /** @description Why, without secrets; for callers with `gateway:write` with the last words of its program or with what can be done. */
      error: string;
    };
    GatewayStatsDto: {
      /** @description Seconds since the process started. */
      uptime: number;
      /** @description Requests to both listeners since this process started. */
      total_requests: number;
      /** @description Number of enabled upstream servers. */
      active_servers: number;
      healthy_servers: number;
      load_balancer: components['schemas']['LoadBalancerStatsDto'];
    };
    HalfHourDto: {
      /**
       * @description The worst of it: `ok`, `degraded` when checks or calls failed and it still got calls, `down` when it got none of some replica at a check; null
       *     where nobody checked it, as when it was off or the gateway was.
       * @enum {string|null}
       */
      state: 'degraded' | 'down' | 'ok' | null;
      /**
       * Format: double
       * @description How long the others took on average, in milliseconds; null where there are none.
       */
      latency_ms: number | null;
      /** Format: date-time */
      from: string;
      checks: number;
      /** @description How many of them failed. */
      failed: number;
    };
    HealthDto: {
      /**
       * @description `unhealthy`: cannot serve; `degraded`: serves with restrictions.
       * @enum {string}
       */
      status: 'degraded' | 'healthy' | 'unhealthy';
      /** @description Reasons why it is not healthy. */
      reasons?: string[];
      /** @description ISO 8601, UTC. */
      timestamp: string;
      /** @description Seconds since the process started. */
      uptime: number;
      version: string;
      /** @enum {string} */
      database: 'connected' | 'disconnected';
      /** @enum {string} */
      clickhouse: 'connected' | 'disconnected';
      /**
       * @description Only if Redis is configured.
       * @enum {string}
       */
      redis?: 'connected' | 'disconnected';
      /** @description Null while PostgreSQL does not answer. */
      usage_backlog: components['schemas']['UsageBacklogDto'] | null;
      /** @description Upstream MCP servers. */
      mcp_servers: components['schemas']['McpServersDto'];
      addresses: components['schemas']['AddressesDto'];
    };
    ImportReportDto: {
      dataset: string;
      /**
       * @description imported: the rows are visible; unchanged: this file is already what the dataset shows; rejected: nothing was
       *     imported.
       * @enum {string}
       */
      status: 'imported' | 'rejected' | 'unchanged';
      /** @description Records in the file. */
      rows: number;
      accepted: number;
      /** @description Accepted records replaced by a later one in the file with the same key. */
      duplicates: number;
      rejected_total: number;
      /** @description The first 100 of the rejected lines. */
      rejected: components['schemas']['RejectedLineDto'][];
      /** @description Columns of the file that were not used. */
      ignored_columns: string[];
    };
    IntegrityDto: {
      /** @description True when nothing differs. */
      ok: boolean;
      /** Format: date-time */
      checked_at: string;
      ledger: components['schemas']['LedgerIntegrityDto'];
      usage: components['schemas']['UsageIntegrityDto'];
    };
    InvitationDto: {
      user: components['schemas']['AdminUserDto'];
      /** @description Whether the link was mailed to them; null where this gateway mails nothing (`notices.smtp`). */
      is_mailed: boolean | null;
      /** @description For the user only: whoever has it can set the password. Shown only in this answer. */
      link: string;
      /**
       * Format: date-time
       * @description A day from now.
       */
      expires_at: string;
    };
    InviteDto: {
      /** Format: email */
      email: string;
      /**
       * @description Default: `user`.
       * @enum {string|null}
       */
      role?: 'admin' | null | 'user';
      /** @description 1 to 200 characters. */
      display_name?: string | null;
    };
    KeyDetailsDto: {
      id: string;
      key_name: string;
      /** @description Its first 12 characters; of a secret that was brought in, at most a quarter. */
      api_key_prefix: string;
      /** @description Whether it works: it is neither revoked nor expired, and its owner is not switched off. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Up to ten seconds late.
       */
      last_used_at: string | null;
      /** Format: date-time */
      expires_at: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description What made the last recorded call with it: the client's own name, or its User-Agent. Up to ten seconds late. */
      last_client: string | null;
      permissions: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /** @description Null: everything its permissions allow. */
      allowed_tools: string[] | null;
      /** @description Its own limit; null: what keys of its owner have. */
      rate_limit_per_hour: number | null;
      /** @description Requests an hour it may make: by its own limit, its owner's tier or the gateway's; null: there is no limit. */
      effective_rate_limit: number | null;
      /** @description Credits that its calls may charge in a period; null: as much as the account has. */
      credit_budget: number | null;
      /**
       * @description When its budget begins anew, in UTC; null: it has none.
       * @enum {string|null}
       */
      budget_period: 'day' | 'month' | 'never' | 'week' | null;
      /** @description Credits of its budget that are charged in this period; null: it has none. */
      budget_used: number | null;
      /**
       * Format: date-time
       * @description When its budget begins anew; null: never, or it has none.
       */
      budget_resets_at: string | null;
      /** @description The key that rotation made of this one. */
      replaced_by: string | null;
      /** Format: date-time */
      revoked_at: string | null;
      /** @description The user who revoked it; null for a key that was not revoked, or by nobody in person. */
      revoked_by: string | null;
      revoke_reason: string | null;
    };
    KeyListDto: {
      keys: components['schemas']['KeyDetailsDto'][];
      /** @description Number of keys on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    KeyUsageDto: {
      /** @description Empty for calls with a login token. */
      api_key_id: string;
      /** @description The key's name now, also when it is revoked; null for calls with a login token. */
      api_key_name: string | null;
      call_count: number;
      error_count: number;
      total_records: number;
      total_credits: number;
      /** @description Calls on each day of the period in UTC, oldest first; the last is today. */
      daily_calls: number[];
      /** @description Of these, the ones that failed. */
      daily_errors: number[];
    };
    LedgerIntegrityDto: {
      accounts: number;
      /** @description Balances by the accounts' rows, and by the ledger. */
      credits_balance: number;
      ledger_balance: number;
      /** @description Credits leased to calls, by the accounts' rows and by the leases. */
      credits_held: number;
      open_holds: number;
      /** @description Credits charged for calls, by their own rows and by the ledger. */
      captured: number;
      charged: number;
      /** @description Charged, and not in the ledger yet: within a second. */
      unposted: number;
      /** @description Of calls that were served although the gateway had lost what it held for them, and whose account could not pay. */
      uncharged: number;
      difference_count: number;
      /** @description The first 1000, by account. */
      differences: components['schemas']['AccountDifferenceDto'][];
    };
    LimitDto: {
      /**
       * @description What counts: requests with the login, with the account's key, or with all of the user's API keys together.
       * @enum {string}
       */
      of: 'account_key' | 'all_api_keys' | 'login';
      /** @description Requests an hour. */
      limit: number;
      remaining_this_hour: number;
      /**
       * Format: date-time
       * @description When the hour is over and all requests are there again; null: none has been counted yet.
       */
      resets_at: string | null;
    };
    LinkOwnerDto: {
      email: string;
      display_name: string | null;
      /** @description Whether they are invited and have not been here before. */
      is_invited: boolean;
    };
    LinkTokenDto: {
      /** @description What stands behind `#` in the link. */
      token: string;
    };
    ListedSessionDto: {
      id: string;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description To within five minutes.
       */
      last_seen_at: string;
      /** Format: date-time */
      expires_at: string;
      ip: string | null;
      user_agent: string | null;
      /** @enum {string} */
      auth_method: 'external_token' | 'password';
      /** @description Whether this is the session of the request. */
      is_current: boolean;
    };
    ListedToolDto: {
      /**
       * Format: double
       * @description 95 % of these calls took at most this long, within 5 %; null without calls.
       */
      p95_ms?: number | null;
      /** @description `tool_name` of `POST /tools/call`, and its name in MCP. */
      name: string;
      title: string;
      description: string;
      /** @description `server_id` of `POST /tools/call`. */
      server_id: string;
      /** @description Credits for one call. */
      price: number;
      /** @description Table it reads; empty when there is none. */
      table_name: string;
      /** @description JSON Schema of its arguments, draft 2020-12. */
      input_schema: {
        [key: string]: unknown;
      };
      /** @description JSON Schema of `structured_content`. */
      output_schema?: {
        [key: string]: unknown;
      };
      /** @description Hints of MCP: whether it only reads, destroys, may be repeated. */
      annotations?: {
        [key: string]: boolean;
      };
      /** @description It runs as a task only, which clients of MCP 2025-11-25 ask for: `POST /tools/call` refuses it. Absent where it does not. */
      needs_task?: boolean;
      /** @description Length of its definition in `tools/list` of MCP, as JSON in UTF-8. */
      definition_bytes: number;
      /** @description What the definition takes of a model's context: an estimate, a token for each 4 bytes. */
      definition_tokens: number;
      /** @description The caller's calls of the last 30 days, with whichever key; null while that cannot be read. Only with `include_usage`, as what follows. */
      calls_30d?: number | null;
      /**
       * Format: date-time
       * @description Beginning of the hour of the last of these calls; null without calls.
       */
      last_called_at?: string | null;
    };
    LoadBalancerStatsDto: {
      strategy: string;
      /** @description Calls sent to upstream servers since this process started. */
      total_requests: number;
      /** @description Calls by server. */
      requests_per_server: {
        [key: string]: number;
      };
    };
    LogLevelsDto: {
      /**
       * @description The least severe level that is written.
       * @enum {string}
       */
      level: 'debug' | 'error' | 'fatal' | 'info' | 'silent' | 'trace' | 'warn';
      /**
       * @description Contexts with a level of their own.
       * @default []
       */
      contexts?: components['schemas']['ContextLevelDto'][] | null;
    };
    LoginDto: {
      /** @description E-mail or user name. */
      email: string;
      password: string;
    };
    LoginFormDto: {
      /** @description User name or e-mail. */
      username: string;
      password: string;
      /** @description Ignored. */
      grant_type?: string | null;
      /** @description Ignored. */
      scope?: string | null;
      /** @description Ignored. */
      client_id?: string | null;
      /** @description Ignored. */
      client_secret?: string | null;
    };
    McpServersDto: {
      total: number;
      healthy: number;
      unhealthy: number;
      /** @description How many of their definitions wait for approval; absent where none do. */
      waiting_for_approval?: number;
    };
    OfferedTierDto: {
      name: string;
      monthly_credits: number;
    };
    OffersDto: {
      /** @description Whether payments are switched on; without them nothing is on offer. */
      enabled: boolean;
      /** @description Whether Stripe has a customer for the caller's account: `POST /api/mcp/billing/portal` leads to their payments then. */
      can_manage: boolean;
      packs: components['schemas']['CreditPackDto'][];
      subscriptions: components['schemas']['SubscriptionOfferDto'][];
    };
    OpenAccountDto: {
      /**
       * Format: uuid
       * @description A user without an account.
       */
      user_id: string;
    };
    OwnAccountDto: {
      /** @description The limits that there are: an admin's login has none. */
      limits: components['schemas']['LimitDto'][];
      id: number;
      user_email: string;
      display_name: string | null;
      /** @description First 12 characters of the account's key. */
      mcp_key_prefix: string;
      /** @description Credits left of this month's allocation, plus purchased credits. */
      credits_balance: number;
      /** @description What is left of the month's allocation; spent first. */
      credits_allocation: number;
      /** @description Bought or granted credits; they do not expire. */
      credits_purchased: number;
      /** @description Reserved by running calls. */
      credits_held: number;
      /**
       * @description Credits owed, since their payment was refunded or disputed after they were spent. The next credits bought or granted
       *     pay it first.
       */
      credits_debt: number;
      credits_tier: string;
      /** @description Credits a month; unused ones do not carry over. */
      credits_monthly_allocation: number;
      /** @description False: an admin has switched the account off, and its user's keys are refused. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Last use of the account's key, or last charged call with any key; up to ten seconds late.
       */
      last_connected_at: string | null;
      /**
       * @description The user's calls, as history and the summary count them: free and failed ones too, with any key or login; without those that were
       *     refused. A call counts once it is in the history, some seconds after its answer. Calls from before the upgrade to this way of
       *     counting are in it only if they had a price.
       */
      total_tool_calls: number;
      /** @description Credits charged for calls since the account was opened, as in the ledger. */
      total_credits_used: number;
      stripe_subscription_status: string | null;
      /** Format: date-time */
      created_at: string;
    };
    OwnKeyDto: {
      id: string;
      key_name: string;
      /** @description Its first 12 characters; of a secret that was brought in, at most a quarter. */
      api_key_prefix: string;
      /** @description Whether it works: it is neither revoked nor expired, and its owner is not switched off. */
      is_active: boolean;
      /**
       * Format: date-time
       * @description Up to ten seconds late.
       */
      last_used_at: string | null;
      /** Format: date-time */
      expires_at: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description What made the last recorded call with it: the client's own name, or its User-Agent. Up to ten seconds late. */
      last_client: string | null;
      permissions: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /** @description Null: everything its permissions allow. */
      allowed_tools: string[] | null;
      /** @description Its own limit; null: what keys of its owner have. */
      rate_limit_per_hour: number | null;
      /** @description Requests an hour it may make: by its own limit, its owner's tier or the gateway's; null: there is no limit. */
      effective_rate_limit: number | null;
      /** @description Credits that its calls may charge in a period; null: as much as the account has. */
      credit_budget: number | null;
      /**
       * @description When its budget begins anew, in UTC; null: it has none.
       * @enum {string|null}
       */
      budget_period: 'day' | 'month' | 'never' | 'week' | null;
      /** @description Credits of its budget that are charged in this period; null: it has none. */
      budget_used: number | null;
      /**
       * Format: date-time
       * @description When its budget begins anew; null: never, or it has none.
       */
      budget_resets_at: string | null;
      /** @description The key that rotation made of this one. */
      replaced_by: string | null;
      /** Format: date-time */
      revoked_at: string | null;
      /** @description The user who revoked it; null for a key that was not revoked, or by nobody in person. */
      revoked_by: string | null;
      revoke_reason: string | null;
      /** @description Requests it may still make, by its own limit or that of all its user's keys together; null: there is no limit. */
      remaining_this_hour: number | null;
    };
    PasswordLinkDto: {
      /** @description For the user only: whoever has it can set the password. Shown only in this answer. */
      link: string;
      /**
       * Format: date-time
       * @description A day from now.
       */
      expires_at: string;
    };
    PaymentPortalDto: {
      /** @description Good for some minutes, for whoever has it. */
      url: string;
    };
    PeriodTotalsDto: {
      /**
       * Format: double
       * @description Half of the calls took at most this long, within 5 %; null without calls, and while not known for calls of an earlier release.
       */
      p50_ms: number | null;
      /** Format: double */
      p95_ms: number | null;
      /** Format: double */
      p99_ms: number | null;
      /**
       * Format: double
       * @description Percent of the calls that succeeded, to one decimal; null without calls.
       */
      success_rate: number | null;
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      calls: number;
      /** @description Calls that failed, whoever was to blame. */
      errors: number;
      /** @description Of these, the ones that cost nothing since the tool or its backend failed; null while not known for calls of an earlier release. */
      backend_errors: number | null;
      records: number;
      credits: number;
    };
    PoolDto: {
      idle: number;
      busy: number;
      /** @description Statements that wait for a connection. */
      waiting: number;
    };
    PortalConfigDto: {
      version: string;
      title: string;
      /** @description Where its people ask for help. */
      support_url: string | null;
      /** @enum {string} */
      registration: 'closed' | 'open';
      /** @description False: everybody is the admin, and nobody signs in. */
      auth_enabled: boolean;
      /** @description Whether people sign in with a password. */
      password_login: boolean;
      sso: components['schemas']['SingleSignOnDto'][];
      /** @description Whether this answer is for somebody who is signed in, and has the rest. */
      is_signed_in: boolean;
      /** @description Whether whoever asks has an account, which calls are charged to. */
      has_account?: boolean;
      /** @description Where clients reach MCP. */
      mcp_url?: string;
      /**
       * @description Whether calls need an account.
       * @enum {string}
       */
      credits_mode?: 'optional' | 'required';
      billing_enabled?: boolean;
      /** @description Whether users may be told of their account and keys at an endpoint of their own. */
      user_webhooks?: boolean;
      tiers?: components['schemas']['OfferedTierDto'][];
      /**
       * @description What of a server's tools passes where its template says nothing.
       * @enum {string}
       */
      tool_approval?: 'first_use' | 'manual' | 'off';
      /** @description How long calls are kept. */
      keep_months?: number;
      limits?: components['schemas']['PortalLimitsDto'];
    };
    PortalLimitsDto: {
      user_per_hour: number;
      /** @description Of what is looked at in the portal. */
      session_per_hour: number;
      api_key_per_hour: number;
    };
    PriceDto: {
      tool: string;
      /** @description Credits for one call; null for what no source has any more and nobody has set. */
      price: number | null;
      /** @enum {string} */
      source: 'default' | 'gateway.yaml' | 'override' | 'template';
      /** @description What an admin has set that does not count, since the settings file has the price; null where there is no such thing. */
      overridden: number | null;
      /** @description What it costs where neither the settings file nor an admin says anything; null for what no source has. */
      default_price: number | null;
      /** @description False: no source has such a tool now. One that comes by this name has this price. */
      known: boolean;
      /** @description E-mail of the admin who has set it; null where nobody has in person. */
      changed_by: string | null;
      /** Format: date-time */
      changed_at: string | null;
      /** @description Everybody's calls, also those that nothing is charged for; null while usage cannot be read. */
      calls_last_30_days: number | null;
      /** @description What they were charged; null while usage cannot be read. */
      credits_last_30_days: number | null;
    };
    PriceListDto: {
      /** @description By name. */
      items: components['schemas']['PriceDto'][];
      /** @description Number of prices on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    ProbeDto: {
      /** @enum {string} */
      status: 'ok' | 'unavailable';
    };
    PurchaseDto: {
      id: string;
      name: string;
      /** @description Null for a tier. */
      pack: string | null;
      /** @description Null for a pack. */
      tier: string | null;
      /** @description Of a pack; null for a tier. */
      credits: number | null;
      /** @description As it was offered, in the currency's smallest unit. */
      amount: number;
      currency: string;
      /** Format: date-time */
      bought_at: string;
      /** @description What of the amount went back. */
      refunded_amount: number;
      /** @description Credits that were taken back, since money went back. */
      credits_taken_back: number;
    };
    PurchaseListDto: {
      /** @description Newest first. */
      purchases: components['schemas']['PurchaseDto'][];
      /** @description Number of purchases on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    RefusedDto: {
      /**
       * @description 401, of API keys alone, not of logins: `no_key` (over MCP), `unknown_key`, `expired_key`, `revoked_key`, `switched_off` (its user, or
       *     their account); 403: `not_allowed` (a
       *     permission or a tool that the caller does not have); 402: `no_account`, `credits`, `budget` (of its key); 429: `rate_limit`, `blocked_address`.
       * @enum {string}
       */
      reason:
        | 'blocked_address'
        | 'budget'
        | 'credits'
        | 'expired_key'
        | 'no_account'
        | 'no_key'
        | 'not_allowed'
        | 'rate_limit'
        | 'revoked_key'
        | 'switched_off'
        | 'unknown_key';
      refused: number;
    };
    RegeneratedKeyDto: {
      success: boolean;
      message: string;
      /** @description The whole key. Keep it: it cannot be shown again. */
      mcp_api_key: string;
      /** @description Its first 12 characters. */
      mcp_key_prefix: string;
    };
    RegisterDto: {
      /** Format: email */
      email: string;
      /** @description 8 to 256 characters. */
      password: string;
      /** @description Default: derived from the e-mail. */
      username?: string | null;
    };
    RegisterServerDto: {
      /**
       * @description Anything you want to keep with the server.
       * @example {
       *       "team": "data"
       *     }
       */
      instance_metadata?: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Values for the template, which says what it needs.
       * @example {
       *       "url": "https://mcp.example.com/mcp"
       *     }
       */
      config?: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Name of a template in the gateway's configuration.
       * @example http
       */
      template_name: string;
      /**
       * @description What the server is called, and what the names of its tools begin with: `{name}__{tool}`. Lower-case letters, digits, `-` and single
       *     `_`. Without one it is called as its template, or, where the template's whole URL is yours to give, as the host; with a number,
       *     where that is taken.
       * @example reports
       */
      name?: string | null;
      /**
       * @description The pool whose calls the server shares; the names of its tools begin with that. All servers of a pool are of one template and should
       *     offer the same. A new name makes a pool. Without one the server has a pool of its own, of its own name.
       */
      pool?: string | null;
    };
    RejectedLineDto: {
      /** @description Line of a CSV file, row of a Parquet file; from 1. */
      line: number;
      reason: string;
    };
    ReplicaDto: {
      id: number;
      /** @description Its host and the id of its process. */
      name: string;
      /**
       * Format: date-time
       * @description When it last told that it lives.
       */
      last_seen_at: string;
      /** @description Whether it is the one that answers. */
      is_this: boolean;
    };
    RevokeKeyDto: {
      /**
       * Format: uuid
       * @description The key's `id`, not the key itself.
       */
      key_id: string;
      /** @description Why, for whoever looks at the key later; 1 to 500 characters. */
      reason?: string | null;
    };
    RevokedKeyDto: {
      success: boolean;
      message: string;
    };
    RotateKeyDto: {
      /**
       * Format: uuid
       * @description The key's `id`, not the key itself.
       */
      key_id: string;
      /**
       * @description How long the old key keeps working, in seconds, 0 to 604800.
       * @default 0
       */
      overlap_seconds?: number | null;
    };
    SeriesDto: {
      /** @description An id or a name; empty for calls without one; `all` without groups; `others` for all further ones. */
      key: string;
      /** @description To be shown: the name of a key, the e-mail of a user, or the key itself. */
      label: string;
      /** @description Every hour or day of the time asked for, also without calls. */
      points: components['schemas']['SeriesPointDto'][];
      total: components['schemas']['SeriesSumsDto'];
    };
    SeriesPointDto: {
      /**
       * Format: double
       * @description Half of the calls took at most this long, within 5 %; null without calls, and while not known for calls of an earlier release.
       */
      p50_ms: number | null;
      /** Format: double */
      p95_ms: number | null;
      /** Format: double */
      p99_ms: number | null;
      /**
       * Format: date-time
       * @description When the hour or day begins; the first may begin before `from`.
       */
      t: string;
      calls: number;
      /** @description Calls that failed, whoever was to blame. */
      errors: number;
      /** @description Of these, the ones that cost nothing since the tool or its backend failed; null while not known for calls of an earlier release. */
      backend_errors: number | null;
      records: number;
      credits: number;
    };
    SeriesSumsDto: {
      /**
       * Format: double
       * @description Half of the calls took at most this long, within 5 %; null without calls, and while not known for calls of an earlier release.
       */
      p50_ms: number | null;
      /** Format: double */
      p95_ms: number | null;
      /** Format: double */
      p99_ms: number | null;
      calls: number;
      /** @description Calls that failed, whoever was to blame. */
      errors: number;
      /** @description Of these, the ones that cost nothing since the tool or its backend failed; null while not known for calls of an earlier release. */
      backend_errors: number | null;
      records: number;
      credits: number;
    };
    ServerDto: {
      /** @description As registered, with secrets masked, those in URLs too. Absent for callers without `gateway:write`. */
      config?: {
        [key: string]: unknown;
      };
      instance_metadata: {
        [key: string]: unknown;
      };
      id: string;
      /** @description Can be used in place of the id. */
      name: string;
      /** @description What the names of its tools begin with: its own name, or that of the pool it was registered into. */
      pool: string;
      template_name: string;
      enabled: boolean;
      weight: number;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description Why the server cannot be used; absent when it can. */
      problem?: string;
      /** @description Present in lists with `include_health`, for a single server, and for one that was just registered. */
      health?: components['schemas']['ServerHealthDto'];
      /** @description The last 48 half hours, the one that runs last; present in lists with `include_history`, unless PostgreSQL is away. */
      history?: components['schemas']['HalfHourDto'][];
    };
    ServerHealthDto: {
      /**
       * @description `degraded` servers still get calls, `unhealthy` ones do not; `unknown` ones have not been checked yet.
       * @enum {string}
       */
      status: 'degraded' | 'healthy' | 'unhealthy' | 'unknown';
      /**
       * Format: double
       * @description How long the server took to answer last, in milliseconds.
       */
      latency_ms: number | null;
      /**
       * Format: date-time
       * @description When it became so, as the replica that answers knows it; null before the first check.
       */
      since: string | null;
      /**
       * Format: date-time
       * @description Null before the first check.
       */
      checked_at: string | null;
      /**
       * @description Why it is not healthy, for callers with `gateway:write` with the last words of its program or with what can be done; null when it
       *     is.
       */
      error: string | null;
      /**
       * @description Tools of its pool for which it gets no calls, since it does not offer them as the server does that was registered first; absent
       *     where there are none. At most 100 are named.
       */
      differs?: string[];
      /** @description What it offers that reaches no caller until it is approved; absent where there is nothing. */
      waiting_for_approval?: components['schemas']['WaitingOffersDto'];
    };
    ServerHistoryDto: {
      /** @description As the replica that answers knows it. */
      now: components['schemas']['ServerHealthDto'];
      /** @description The last 48, the one that runs last. */
      half_hours: components['schemas']['HalfHourDto'][];
      /** @description The last check of these that failed; null where none did. */
      last_error: components['schemas']['FailedCheckDto'] | null;
    };
    ServerPinDto: {
      /**
       * @description A `template` is one of resources; `instructions` is what the server tells models of itself.
       * @enum {string}
       */
      kind: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
      /**
       * @description `quarantined`: new or changed; neither listed nor usable until it is approved. `unusable`: it cannot be offered at all; of these a gateway
       *     knows what it has read itself.
       * @enum {string}
       */
      state: 'approved' | 'quarantined' | 'unusable';
      /** @description All of it as the server wrote it, numbers too; null where that is not kept. */
      definition: {
        [key: string]: unknown;
      } | null;
      /** @description As it was approved; null where it never was, or by a release that did not keep it. */
      approved_definition: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Present where the page would be longer than 8 MiB with the definitions of this one: they are null, and its description is empty. Ask for
       *     it with a smaller `page_size`; with 1 they are always there.
       * @enum {boolean}
       */
      is_left_out?: true;
      /** @description The server's own name of it; of resources and templates the address. */
      name: string;
      /** @description Its description, at most 2 000 characters of it. */
      description: string;
      /** @description Hash of everything in it that a model reads or that changes a call; null where it is unusable. */
      pin: string | null;
      /** @description Why it is unusable; absent where it is not. */
      reason?: string;
      /**
       * Format: date-time
       * @description When it was seen first as it is now.
       */
      seen_at: string | null;
      /**
       * Format: date-time
       * @description When a person approved it last, whatever it is now; null where nobody did.
       */
      approved_at: string | null;
      /** @description E-mail of that person; null where nobody is known, as of approvals while authentication was off, and by releases that noted nobody. */
      approved_by: string | null;
      /** @description Of a tool: what callers call it, or would if it were approved. */
      listed_name?: string;
      /** @description Of a tool: credits for one call. */
      price?: number;
      /** @description Of a tool: what the definition takes of a model's context: an estimate, a token for each 4 bytes. */
      definition_tokens?: number;
      /** @description What an operator has changed of a tool for callers; absent where that is nothing. */
      changes?: components['schemas']['ToolChangesDto'];
    };
    ServerPinListDto: {
      pins: components['schemas']['ServerPinDto'][];
      /** @description Number of definitions on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    ServerTemplateDto: {
      /**
       * @description How its servers are reached; null where its program is not installed.
       * @enum {string|null}
       */
      transport: 'http' | 'sse' | 'stdio' | null;
      /** @description JSON Schema of `config`; null where its program is not installed. */
      config_schema: {
        [key: string]: unknown;
      } | null;
      /** @description `template_name` of `POST /servers`. */
      name: string;
      /** @description The title of its config's schema; its name where that has none. */
      title: string;
      description: string;
      /** @description Whether it comes with Tallygate. */
      shipped: boolean;
      /** @description Whether servers can be registered from it. */
      enabled: boolean;
      /** @description Why it is not enabled, and what to do; absent where it is. */
      problem?: string;
      /** @description What of the config is secret and never shown again: `bearer_token`; `headers.*` is each member of `headers`. */
      secret_paths: string[];
      /** @description Servers that are registered from it. */
      servers_count: number;
    };
    ServerTemplateListDto: {
      /** @description By name. */
      templates: components['schemas']['ServerTemplateDto'][];
    };
    ServerToolDto: {
      /**
       * @description A `template` is one of resources; `instructions` is what the server tells models of itself.
       * @enum {string}
       */
      kind: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
      /**
       * @description `quarantined`: new or changed; neither listed nor usable until it is approved. `unusable`: it cannot be offered at all; of these a gateway
       *     knows what it has read itself.
       * @enum {string}
       */
      state: 'approved' | 'quarantined' | 'unusable';
      /** @description All of it as the server wrote it, numbers too; null where that is not kept. */
      definition: {
        [key: string]: unknown;
      } | null;
      /** @description As it was approved; null where it never was, or by a release that did not keep it. */
      approved_definition: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Present where the page would be longer than 8 MiB with the definitions of this one: they are null, and its description is empty. Ask for
       *     it with a smaller `page_size`; with 1 they are always there.
       * @enum {boolean}
       */
      is_left_out?: true;
      /** @description The server's own name of it; of resources and templates the address. */
      name: string;
      /** @description Its description, at most 2 000 characters of it. */
      description: string;
      /** @description Hash of everything in it that a model reads or that changes a call; null where it is unusable. */
      pin: string | null;
      /** @description Why it is unusable; absent where it is not. */
      reason?: string;
      /**
       * Format: date-time
       * @description When it was seen first as it is now.
       */
      seen_at: string | null;
      /**
       * Format: date-time
       * @description When a person approved it last, whatever it is now; null where nobody did.
       */
      approved_at: string | null;
      /** @description E-mail of that person; null where nobody is known, as of approvals while authentication was off, and by releases that noted nobody. */
      approved_by: string | null;
      /** @description Of a tool: what callers call it, or would if it were approved. */
      listed_name?: string;
      /** @description Of a tool: credits for one call. */
      price?: number;
      /** @description Of a tool: what the definition takes of a model's context: an estimate, a token for each 4 bytes. */
      definition_tokens?: number;
      /** @description What an operator has changed of a tool for callers; absent where that is nothing. */
      changes?: components['schemas']['ToolChangesDto'];
      /** @description The server's own name of the tool, without a prefix. */
      tool_name: string;
    };
    ServerToolListDto: {
      tools: components['schemas']['ServerToolDto'][];
      /** @description Number of tools on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    ServerTrialDto: {
      /**
       * Format: double
       * @description From the start of the connection until everything was listed, in milliseconds; null when it cannot be used.
       */
      duration_ms: number | null;
      /** @description Whether the server answered and can be used. */
      reached: boolean;
      /** @description Why it cannot, in the last words of its program too; null when it can. */
      error: string | null;
      tools: components['schemas']['TriedToolDto'][];
      /** @description Of all tools together. */
      definition_tokens: number;
      prompts_count: number;
      resources_count: number;
      unusable: components['schemas']['UnusableOfferDto'][];
    };
    SessionDto: {
      user: components['schemas']['UserDto'];
      scopes: ('admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call')[];
      /**
       * Format: date-time
       * @description Null without authentication: then everybody is the admin, and nobody signs in.
       */
      expires_at: string | null;
      /** @description The session ends after this long without a request. */
      idle_seconds: number | null;
      /**
       * Format: date-time
       * @description Until when the password counts as confirmed, for what needs it; null: it has to be confirmed.
       */
      confirmed_until: string | null;
      auth_enabled: boolean;
    };
    SessionListDto: {
      sessions: components['schemas']['ListedSessionDto'][];
    };
    SetAlertsDto: {
      /** @description Told once whenever the account has no more credits than this; null: not. */
      low_balance?: number | null;
      /** @description Your own endpoint, which your notices are posted to: an `https://` URL at a public address; null: none. */
      webhook_url?: string | null;
    };
    SetPasswordDto: {
      /** @description 8 to 256 characters. */
      password: string;
    };
    SetPriceDto: {
      /** @description Credits for one call. */
      price: number;
      /** @description For whoever looks at the audit log later; 1 to 500 characters. */
      reason: string;
    };
    SetTierDto: {
      /** @description More tops its accounts up at once; fewer count from next month. */
      monthly_credits?: number | null;
      /** @description Requests an hour of a user; null: as everybody has, `limits.user_per_hour`. */
      user_per_hour?: number | null;
      /** @description Requests an hour of a key without a limit of its own; null: as everybody's, `limits.api_key_per_hour`. */
      api_key_per_hour?: number | null;
      /** @description For whoever looks at the audit log later; 1 to 500 characters. */
      reason: string;
    };
    SettingChangeDto: {
      /** @example tiers.pro */
      name: string;
      /** @description Its value now, secrets masked */
      now:
        | (
            | string
            | number
            | boolean
            | unknown[]
            | {
                [key: string]: unknown;
              }
          )
        | null;
      /** @description Its value after a start with the text, secrets masked */
      then:
        | (
            | string
            | number
            | boolean
            | unknown[]
            | {
                [key: string]: unknown;
              }
          )
        | null;
    };
    SettingDto: {
      /**
       * @description Its path in gateway.yaml.
       * @example log.level
       */
      name: string;
      /** @description As it was at the start, secrets masked; `${env:NAME}` where it comes from a variable; null where it is unset */
      value:
        | (
            | string
            | number
            | boolean
            | unknown[]
            | {
                [key: string]: unknown;
              }
          )
        | null;
      /** @description Null where it is unset unless it is given */
      default:
        | (
            | string
            | number
            | boolean
            | unknown[]
            | {
                [key: string]: unknown;
              }
          )
        | null;
      /**
       * @description Where its value comes from.
       * @enum {string}
       */
      origin: 'default' | 'file' | 'option' | 'variable';
      /** @description Its environment variable or its option of the command line, where it is given by one. */
      given_as: string | null;
      description: string;
    };
    SignInDto: {
      /** @description E-mail or user name. */
      email?: string | null;
      password?: string | null;
      /** @description A login token of your own backend (`auth.trust_external_tokens`). */
      token?: string | null;
    };
    SingleSignOnDto: {
      id: string;
      /** @description For its button. */
      name: string;
      /** @description Where a browser goes to begin. */
      start_path: string;
    };
    SubscriptionOfferDto: {
      /** @description `tier` of `POST /api/mcp/billing/checkout`. */
      tier: string;
      /** @description Credits a month. */
      monthly_credits: number;
    };
    SyntheticDto: {
      /**
       * @description Companies, 1 to 9 999.
       * @default 100
       */
      symbols?: number | null;
      /**
       * @description Trading days, 63 (the first quarter) to 10 000.
       * @default 1000
       */
      days?: number | null;
      /**
       * @description The same seed makes the same market.
       * @default 1
       */
      seed?: number | null;
    };
    TestWebhooksDto: {
      /** @description The name of one; without it, all webhooks and the operators' mail addresses get the test notice. */
      webhook?: string | null;
    };
    TestedAlertsDto: {
      /** @description How it goes; look at `last_delivery` for what became of it at your endpoint. */
      told_by: ('mail' | 'webhook')[];
    };
    TestedWebhooksDto: {
      /** @description Look at them with `GET /api/admin/webhooks/deliveries`. */
      delivery_ids: number[];
    };
    ThisProcessDto: {
      version: string;
      /** @description Of Node.js, which runs it. */
      node_version: string;
      /** Format: date-time */
      started_at: string;
      pool: components['schemas']['PoolDto'];
      /** @description Sessions of clients of MCP that it keeps; null where it serves no MCP. */
      mcp_sessions: number | null;
      /** @description Answers that it holds open as streams; null where it serves no MCP. */
      mcp_streams: number | null;
    };
    TierAccountsDto: {
      tier: string;
      accounts: number;
      /** @description Number of active ones. */
      active: number;
      credits_balance: number;
      credits_held: number;
    };
    TierDto: {
      name: string;
      /** @description Credits a month. They do not carry over. Null for a tier of which there is only what an admin has set, since the file names others. */
      monthly_credits: number | null;
      /** @description Requests an hour of a user of its accounts; null: as everybody has. */
      user_per_hour: number | null;
      /** @description Requests an hour of each of their keys without a limit of its own; null: as everybody's. */
      api_key_per_hour: number | null;
      /**
       * @description Who says so: the gateway itself, the settings file, which nothing else changes, or an admin.
       * @enum {string}
       */
      source: 'default' | 'gateway.yaml' | 'override';
      /** @description What an admin has set that does not count, since the settings file names the tiers; null where there is no such thing. */
      overridden: number | null;
      /** @description What it gives where no admin says anything; null for a tier that there is not. */
      default_monthly_credits: number | null;
      /** @description Whether new accounts get it. */
      is_default: boolean;
      /** @description Accounts on it, also those that are switched off. */
      accounts: number;
      /** @description E-mail of the admin who has set it; null where nobody has in person. */
      changed_by: string | null;
      /** Format: date-time */
      changed_at: string | null;
    };
    TierListDto: {
      /** @description In the order of the settings; then those that there are not, but for what an admin has set. */
      items: components['schemas']['TierDto'][];
    };
    TimedToolUsageRowDto: {
      /**
       * Format: double
       * @description Percent of the calls that succeeded, to one decimal.
       */
      success_rate: number;
      /**
       * Format: double
       * @description To one decimal.
       */
      avg_latency_ms: number;
      /**
       * Format: double
       * @description Milliseconds that half of the calls did not exceed, within 5 %; null while not known, for calls that an earlier release counted.
       */
      p50_ms: number | null;
      /** Format: double */
      p95_ms: number | null;
      /** Format: double */
      p99_ms: number | null;
      tool: string;
      calls: number;
      credits: number;
      /** @description Rows returned. */
      records: number;
      /** @description Number of different users. */
      users: number;
    };
    ToolCallDto: {
      /** Format: double */
      latency_ms: number | null;
      request_id: string;
      tool_name: string;
      /** @description The tool's price when it was called. */
      credits_cost: number;
      /** @description Credits charged; 0 for a call that failed through no fault of the caller. */
      credits_charged: number;
      success: boolean;
      /** @description The failure was the tool's or its backend's, not the caller's. */
      is_backend_error: boolean;
      error_code: string | null;
      /** @description When the call was admitted; ISO 8601, UTC. */
      created_at: string;
    };
    ToolCallHistoryDto: {
      /** @description Number of matching calls on all pages. */
      total_calls: number;
      period_days: number;
      /** @description Newest first. */
      tool_calls: components['schemas']['ToolCallDto'][];
    };
    ToolCallResultDto: {
      /** @description As over MCP: text, images, resources */
      content: ({
        /** @example text */
        type: string;
        text?: string;
      } & {
        [key: string]: unknown;
      })[];
      /** @description The answer as data, where the tool gives one: an object; of servers of MCP 2026-07-28 any JSON value */
      structured_content?:
        | (
            | {
                [key: string]: unknown;
              }
            | unknown[]
            | string
            | number
            | boolean
          )
        | null;
      server_id: string;
      tool_name: string;
      /** @description The tool ran, and says that it could not do what was asked. */
      is_error: boolean;
      usage: components['schemas']['CallUsageDto'];
      /** @description The kept answer of an earlier call with the same `Idempotency-Key`. */
      replayed?: boolean;
    };
    ToolChangesDto: {
      /**
       * @description Each with its `value`, for callers with `gateway:write` only; masked where it looks like a secret.
       * @example {
       *       "tenant": {
       *         "value": 7
       *       }
       *     }
       */
      arguments?: {
        [key: string]: {
          value?: unknown;
        };
      };
      /** @description False where it is switched off. */
      enabled?: boolean;
      /** @description What callers call it, behind the pool's name. */
      name?: string;
      title?: string;
      description?: string;
      /** @description Fixed arguments that the tool's schema does not name now; the server gets them all the same. */
      unknown_arguments?: string[];
      /** @description Why it cannot be called; absent where it can. */
      problem?: string;
    };
    ToolListDto: {
      /** @description By name. */
      tools: components['schemas']['ListedToolDto'][];
      total: number;
    };
    ToolShareDto: {
      tool: string;
      calls: number;
      credits: number;
    };
    ToolUsageDto: {
      tool_name: string;
      table_name: string;
      call_count: number;
      total_records: number;
    };
    ToolUsageRowDto: {
      /**
       * Format: double
       * @description Percent of the calls that succeeded, to one decimal.
       */
      success_rate: number;
      /**
       * Format: double
       * @description To one decimal.
       */
      avg_latency_ms: number;
      tool: string;
      calls: number;
      credits: number;
      /** @description Rows returned. */
      records: number;
      /** @description Number of different users. */
      users: number;
    };
    TopAccountDto: {
      account_id: number;
      user_email: string;
      calls: number;
      credits: number;
    };
    TopClientDto: {
      /** @description Empty where they do not say. */
      client_name: string;
      calls: number;
      errors: number;
    };
    TriedToolDto: {
      /** @description The server's own name of it. */
      name: string;
      title: string | null;
      description: string;
      /** @description Length of its definition as the server wrote it, as JSON in UTF-8. */
      definition_bytes: number;
      /** @description What the definition takes of a model's context: an estimate, a token for each 4 bytes. */
      definition_tokens: number;
    };
    TryServerDto: {
      /** @description Values for the template, which says what it needs. */
      config?: {
        [key: string]: unknown;
      } | null;
      /** @description Name of a template in the gateway's configuration. */
      template_name: string;
    };
    UnusableOfferDto: {
      /** @enum {string} */
      kind: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
      name: string;
      reason: string;
    };
    UsageBacklogDto: {
      /** @description Recorded events that are not yet in ClickHouse. */
      pending: number;
      /** @description Age of the oldest of them, milliseconds. */
      oldest_pending_ms: number;
      /** @description Events that ClickHouse can never accept. */
      rejected: number;
      /** @description Events that ClickHouse had lost and was sent again, for all time. */
      healed: number;
      /** @description Events that ClickHouse has lost and PostgreSQL no longer has. */
      lost: number;
    };
    UsageByKeyDto: {
      period_days: number;
      /** @description Most called first, at most 100. */
      keys: components['schemas']['KeyUsageDto'][];
    };
    UsageHistoryDto: {
      /** @description Newest first. */
      records: components['schemas']['UsageRecordDto'][];
      /** @description Number of records on all pages; null with `before`, where they are not counted. */
      total: number | null;
      page: number;
      page_size: number;
      /** @description For `before`, to get the records that follow; null: there are none. */
      next: string | null;
    };
    UsageIntegrityDto: {
      /** @description First day, `YYYY-MM-DD`, UTC. */
      compared_from: string;
      /**
       * Format: date-time
       * @description Only calls admitted before this moment are compared. It is now, unless calls are charged or delivered all the
       *     time: then it is the last full hour whose calls have all arrived.
       */
      compared_until: string;
      /** @description Days with charges, oldest first. */
      days: components['schemas']['DayIntegrityDto'][];
      /** @description Sums of the absolute differences; must be 0. */
      total_difference: number;
      total_rollup_difference: number;
      /**
       * Format: date-time
       * @description When ClickHouse was last asked whether it has all that it was given, and had it or got it again; null: not yet.
       */
      verified_at: string | null;
      /** @description Calls that ClickHouse had lost and was sent again, for all time. */
      healed: number;
      /** @description Calls that it has lost and PostgreSQL no longer has, for all time. */
      lost: number;
      /** @description Calls that it has beyond what it was given, for all time. */
      surplus: number;
    };
    UsageRecordDto: {
      /** Format: double */
      duration_ms: number;
      id: string;
      request_id: string;
      tool_name: string;
      /** @description The tool's source, e.g. `stock-data`. */
      service: string;
      /** @description Table or dataset the tool read; empty when there is none. */
      table_name: string;
      /** @description Rows the tool returned. */
      record_count: number;
      is_error: boolean;
      /** @description The tool or its backend failed; such a call costs nothing. */
      is_backend_error: boolean;
      error_code: string;
      error_message: string;
      /** @description An object; text when they were too long to be stored in full. */
      arguments: Record<string, never>;
      credits_charged: number;
      /** @description Empty for a call with a login token. */
      api_key_id: string;
      /** @description The key's name now, also when it is revoked; null for a call with a login token. */
      api_key_name: string | null;
      client_name: string;
      protocol_version: string;
      /** @description `http`, `stdio` or `rest`. */
      transport: string;
      /** @description When the call was admitted; ISO 8601, UTC. */
      created_at: string;
    };
    UsageSeriesDto: {
      /** @enum {string} */
      bucket: 'day' | 'hour';
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      time_zone: string;
      /** @description Most calls first, at most eight; then all others as one, if there are more. */
      series: components['schemas']['SeriesDto'][];
      /** @description How many keys are in `others`, which is the last series then; 0: there is none. */
      others_count: number;
      /**
       * Format: date-time
       * @description Everything that was recorded before is counted; usually less than a second ago.
       */
      fresh_until: string;
    };
    UsageStatsDto: {
      /**
       * Format: double
       * @description `total_calls` divided by the number of requested days.
       */
      avg_daily_calls: number;
      /** @description Every requested day, oldest first; days without calls are zeros. */
      daily_stats: components['schemas']['DailyUsageDto'][];
      total_calls: number;
      total_records: number;
      /** @description The most called tools, at most 20. */
      top_tools: components['schemas']['ToolUsageDto'][];
    };
    UsageSummaryDto: {
      /**
       * Format: double
       * @description Percent of this month's calls that succeeded, to one decimal; 100 without calls.
       */
      success_rate: number;
      /**
       * Format: double
       * @description Of this month's calls, to one decimal; 0 without calls.
       */
      avg_latency_ms: number;
      /** @description Credits left of this month's allocation, plus purchased credits. */
      credits_balance: number;
      credits_tier: string;
      credits_monthly_allocation: number;
      credits_used_today: number;
      credits_used_this_month: number;
      total_calls_today: number;
      total_calls_this_month: number;
      /** @description This month's tools, most called first. */
      tool_breakdown: components['schemas']['ToolShareDto'][];
      /** @description Days until the first of next month. */
      days_until_refill: number;
    };
    UsePasswordLinkDto: {
      /** @description 8 to 256 characters. */
      new_password: string;
      /** @description What stands behind `#` in the link. */
      token: string;
    };
    UserDto: {
      id: string;
      username: string;
      email: string;
      display_name: string | null;
      /** @enum {string} */
      role: 'admin' | 'user';
      is_active: boolean;
      /** Format: date-time */
      created_at: string;
    };
    UserListDto: {
      users: components['schemas']['AdminUserDto'][];
      /** @description Number of users on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    UserUsageDto: {
      /**
       * Format: double
       * @description Percent of this month's calls that succeeded, to one decimal; 100 without calls.
       */
      success_rate: number;
      /**
       * Format: double
       * @description Of this month's calls, to one decimal; 0 without calls.
       */
      avg_latency_ms: number;
      user_id: string;
      user_email: string;
      /** @description The account that pays for them; null: the user has none. */
      account_id: number | null;
      total_calls_today: number;
      total_calls_this_month: number;
      credits_used_today: number;
      credits_used_this_month: number;
      /** @description This month's tools, most called first. */
      tool_breakdown: components['schemas']['ToolShareDto'][];
    };
    WaitingOffersDto: {
      tool?: number;
      prompt?: number;
      resource?: number;
      template?: number;
      instructions?: number;
    };
    WaitingPinDto: {
      /**
       * @description A `template` is one of resources; `instructions` is what the server tells models of itself.
       * @enum {string}
       */
      kind: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
      /**
       * @description `quarantined`: new or changed; neither listed nor usable until it is approved. `unusable`: it cannot be offered at all; of these a gateway
       *     knows what it has read itself.
       * @enum {string}
       */
      state: 'approved' | 'quarantined' | 'unusable';
      /** @description All of it as the server wrote it, numbers too; null where that is not kept. */
      definition: {
        [key: string]: unknown;
      } | null;
      /** @description As it was approved; null where it never was, or by a release that did not keep it. */
      approved_definition: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Present where the page would be longer than 8 MiB with the definitions of this one: they are null, and its description is empty. Ask for
       *     it with a smaller `page_size`; with 1 they are always there.
       * @enum {boolean}
       */
      is_left_out?: true;
      server_id: string;
      server_name: string;
      pool: string;
      /** @description The server's own name of it; of resources and templates the address. */
      name: string;
      /** @description Its description, at most 2 000 characters of it. */
      description: string;
      /** @description Hash of everything in it that a model reads or that changes a call; null where it is unusable. */
      pin: string | null;
      /** @description Why it is unusable; absent where it is not. */
      reason?: string;
      /**
       * Format: date-time
       * @description When it was seen first as it is now.
       */
      seen_at: string | null;
      /**
       * Format: date-time
       * @description When a person approved it last, whatever it is now; null where nobody did.
       */
      approved_at: string | null;
      /** @description E-mail of that person; null where nobody is known, as of approvals while authentication was off, and by releases that noted nobody. */
      approved_by: string | null;
      /** @description Of a tool: what callers call it, or would if it were approved. */
      listed_name?: string;
      /** @description Of a tool: credits for one call. */
      price?: number;
      /** @description Of a tool: what the definition takes of a model's context: an estimate, a token for each 4 bytes. */
      definition_tokens?: number;
      /** @description What an operator has changed of a tool for callers; absent where that is nothing. */
      changes?: components['schemas']['ToolChangesDto'];
    };
    WaitingPinListDto: {
      /** @description By server, in the order of registration. */
      approvals: components['schemas']['WaitingPinDto'][];
      /** @description Number of what waits on all pages. */
      total: number;
      page: number;
      page_size: number;
    };
    WebhookDto: {
      name: string;
      /** @description Without what may be secret in it. */
      url: string;
      /** @description What it is told. */
      kinds: string[];
      /**
       * @description Of the last attempt; `unused` before the first.
       * @enum {string}
       */
      state: 'failing' | 'unused' | 'working';
      waiting: number;
      delivered: number;
      /** @description Given up. */
      failed: number;
      /** Format: date-time */
      last_delivered_at: string | null;
      last_attempt: components['schemas']['AttemptDto'] | null;
    };
    WebhookListDto: {
      webhooks: components['schemas']['WebhookDto'][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  ApprovalsController_list: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WaitingPinListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuditController_list: {
    parameters: {
      query?: {
        /** @description Only changes by this user. */
        actor_id?: string;
        /** @description Only changes of this kind, e.g. `api_key.revoked`. */
        action?:
          | 'account.activated'
          | 'account.alerts_changed'
          | 'account.credits_added'
          | 'account.deactivated'
          | 'account.enabled'
          | 'account.flags_cleared'
          | 'account.tier_changed'
          | 'api_key.changed'
          | 'api_key.created'
          | 'api_key.revoked'
          | 'api_key.rotated'
          | 'dataset.imported'
          | 'login.ended'
          | 'login.failed'
          | 'login.succeeded'
          | 'pin.approved'
          | 'price.changed'
          | 'price.reset'
          | 'server.changed'
          | 'server.registered'
          | 'server.removed'
          | 'settings.log_level_changed'
          | 'tier.changed'
          | 'tier.reset'
          | 'tool.approved'
          | 'tool.changed'
          | 'user.activated'
          | 'user.changed'
          | 'user.created'
          | 'user.deactivated'
          | 'user.deleted'
          | 'user.invited'
          | 'user.password_changed'
          | 'user.password_link_made'
          | 'user.role_changed';
        /** @description Only changes to things of this kind, e.g. `api_key`, `user` or `server`. */
        subject_type?: string;
        /** @description Only changes to the thing with this id. */
        subject_id?: string;
        /** @description Only changes from this time on, ISO 8601. */
        from?: string;
        /** @description Only changes before this time, ISO 8601. */
        to?: string;
        /** @description `csv` or `ndjson`: a file with all matching changes, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditListDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_calls: {
    parameters: {
      query?: {
        /** @description Only this user's calls; then all that are kept. */
        user_id?: string;
        /** @description `csv` or `ndjson`: a file with all matching calls, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that ended so; `tool_error` is what the tool itself reported. */
        outcome?: 'backend_error' | 'cancelled' | 'invalid_arguments' | 'ok' | 'tool_error';
        /** @description Only calls of tools of this source, e.g. `stock-data`. */
        service?: string;
        /** @description Only calls of clients of exactly this name. */
        client_name?: string;
        /** @description Only calls that took at least so many milliseconds. */
        min_duration_ms?: number;
        /** @description Only calls of this request. */
        request_id?: string;
        /** @description Only calls from this instant on, ISO 8601 with its zone. */
        from?: string;
        /** @description Only calls before this instant, ISO 8601 with its zone. */
        to?: string;
        /** @description Only calls that are older than one: `next` of the answer before. New calls do not move what it goes on with. */
        before?: string;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AllCallsDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_stream: {
    parameters: {
      query?: {
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that ended so; `tool_error` is what the tool itself reported. */
        outcome?: 'backend_error' | 'cancelled' | 'invalid_arguments' | 'ok' | 'tool_error';
        /** @description Only calls of tools of this source, e.g. `stock-data`. */
        service?: string;
        /** @description Only calls of clients of exactly this name. */
        client_name?: string;
        /** @description Only calls that took at least so many milliseconds. */
        min_duration_ms?: number;
        /** @description Only calls of this request. */
        request_id?: string;
        /** @description Only this user's calls. */
        user_id?: string;
      };
      header?: {
        /** @description The id of the last event that was read: what came since then is sent first, at most 200 calls */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events without end. The data of each is as `AnyCallDto`; that of an event `skipped` as `CallsSkippedDto`. A comment comes every 15 seconds. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ConfigController_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConfigDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ConfigController_check: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "yaml": "log:\n  level: debug\n"
         *     }
         */
        'application/json': components['schemas']['ConfigCheckRequestDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConfigCheckDto'];
        };
      };
      /** @description The text takes too much time or memory to read */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Another text is being checked */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  DatasetsController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  DatasetsController_listImports: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetImportListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  DatasetImportController_generate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "symbols": 10,
         *       "days": 63,
         *       "seed": 1
         *     }
         */
        'application/json': components['schemas']['SyntheticDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportReportDto'][];
        };
      };
      /** @description `symbols` times `days` is more than 20 million */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  DatasetImportController_import: {
    parameters: {
      query?: {
        /** @description `<column of the dataset>=<column of the file>`, where the names differ; may be repeated. */
        map?: string[];
        /** @description `<column of the dataset>=<value for every row>`; may be repeated. */
        set?: string[];
        /** @description Import the valid lines of a file that has invalid ones; otherwise one invalid line rejects the whole file. */
        skip_rejected?: boolean;
        /** @description The file's name, for the import log. */
        name?: string;
      };
      header?: never;
      path: {
        dataset: string;
      };
      cookie?: never;
    };
    /** @description The file */
    requestBody: {
      content: {
        'application/octet-stream': string;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportReportDto'];
        };
      };
      /** @description The file cannot be read, or columns are missing */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Unknown dataset */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Another import of the dataset is running */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The file is larger than 2 GiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Lines were rejected, nothing was imported; or the query is invalid */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportReportDto'] | components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Path, query and headers are larger than 16 KiB together */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminHealthController_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminHealthDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_check: {
    parameters: {
      query?: {
        /** @description Number of days, today (UTC) included: 1 to 366. */
        days?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IntegrityDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminKeysController_list: {
    parameters: {
      query?: {
        /** @description Part of a key's name or beginning, or of its owner's e-mail, case-insensitive. */
        search?: string;
        /** @description Only keys of this user. */
        user_id?: string;
        /** @description Only keys that work, or only those that do not. */
        is_active?: boolean;
        /** @description Only keys that were given this permission. */
        scope?: 'admin' | 'gateway:read' | 'gateway:write' | 'records:raw' | 'tools:call';
        /** @description Only keys that were neither made nor used for so many days. */
        unused_days?: number;
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminKeyListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminKeysController_edit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The key's `id`, not the key itself. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "credit_budget": 500,
         *       "budget_period": "month"
         *     }
         */
        'application/json': components['schemas']['BudgetChangeDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key is revoked, expired or replaced by another */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminKeysController_revoke: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The key's `id`, not the key itself. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "It was in a public repository"
         *     }
         */
        'application/json': components['schemas']['EndKeyDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevokedKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  LogLevelController_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogLevelsDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  LogLevelController_set: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "level": "info"
         *     }
         */
        'application/json': components['schemas']['LogLevelsDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogLevelsDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such level or context */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_list: {
    parameters: {
      query?: {
        /** @description Part of the e-mail or the display name, case-insensitive. */
        search?: string;
        /** @description Only accounts of this tier. */
        tier?: string;
        /** @description Only active accounts, or only inactive ones. */
        is_active?: boolean;
        /** @description Only accounts with a reason for an operator to look at them, or only those without. */
        is_flagged?: boolean;
        sort_by?:
          | 'created_at'
          | 'credits_balance'
          | 'credits_debt'
          | 'credits_tier'
          | 'display_name'
          | 'is_active'
          | 'last_connected_at'
          | 'total_credits_used'
          | 'total_tool_calls'
          | 'user_email';
        sort_order?: 'asc' | 'desc';
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccountListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_open: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "user_id": "7d7a3f2e-8f2b-4c59-9f0c-0d6f3c1d2b4a"
         *     }
         */
        'application/json': components['schemas']['OpenAccountDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminAccountDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The user has an account or as many active keys as they may, was deleted, or is switched off */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_one: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminAccountDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_setActive: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "is_active": true
         *     }
         */
        'application/json': components['schemas']['ChangeActiveDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminAccountDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description It would leave no active admin */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_addCredits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "amount": 100,
         *       "reason": "Goodwill",
         *       "reference": "ticket-1234"
         *     }
         */
        'application/json': components['schemas']['AddCreditsDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AddedCreditsDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A correction larger than the credits that no running call has reserved, or a reference booked with another amount */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_creditHistory: {
    parameters: {
      query?: {
        /** @description `csv` or `ndjson`: a file with all transactions, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreditHistoryDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_clearFlags: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminAccountDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminAccountsController_changeTier: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tier": "free"
         *     }
         */
        'application/json': components['schemas']['ChangeTierDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminAccountDto'];
        };
      };
      /** @description No such tier */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_toolCalls: {
    parameters: {
      query?: {
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccountCallsDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_analytics: {
    parameters: {
      query?: {
        /** @description From this instant on, ISO 8601 with its zone; where it is left out, from the beginning of the month of `to`, in UTC. */
        from?: string;
        /** @description Before this instant, ISO 8601 with its zone; now where it is left out. */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnalyticsDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_toolUsage: {
    parameters: {
      query?: {
        /** @description How far to look back, in days of 24 hours: 1 to 90. */
        days?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AllToolsUsageDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  PricesController_list: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
        /** @description Part of a tool's name, case-insensitive. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PriceListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  PricesController_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The tool's name in `GET /tools`, or `resources/read` or `prompts/get`, whose slash may be written as it is or as `%2F`. */
        tool: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "price": 1,
         *       "reason": "Costs of its backend"
         *     }
         */
        'application/json': components['schemas']['SetPriceDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PriceDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The settings file sets it, or too many prices are set */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  PricesController_reset: {
    parameters: {
      query?: {
        /** @description For whoever looks at the audit log later; 1 to 500 characters. */
        reason?: string;
      };
      header?: never;
      path: {
        /** @description The tool's name in `GET /tools`, or `resources/read` or `prompts/get`, whose slash may be written as it is or as `%2F`. */
        tool: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Nobody has set this price here */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  TiersController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TierListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  TiersController_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description One of the configured `tiers`; to be reset, also one that the settings file has named no more since. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "monthly_credits": 50,
         *       "reason": "What was promised"
         *     }
         */
        'application/json': components['schemas']['SetTierDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TierDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such tier */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The settings file sets it */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  TiersController_reset: {
    parameters: {
      query?: {
        /** @description For whoever looks at the audit log later; 1 to 500 characters. */
        reason?: string;
      };
      header?: never;
      path: {
        /** @description One of the configured `tiers`; to be reset, also one that the settings file has named no more since. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Nobody has set here what it gives */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsageController_timeseries: {
    parameters: {
      query?: {
        /** @description As for one's own calls, and `user`. By outcome or client at most 31 days at a time, unless they are a user's. */
        group_by?: 'api_key' | 'client' | 'none' | 'outcome' | 'service' | 'table' | 'tool' | 'user';
        /** @description Only this user's calls. */
        user_id?: string;
        /** @description Only calls of this account's user. */
        account_id?: number;
        /** @description Only calls from this instant on, ISO 8601 with its zone; 30 days before `to` where it is left out. */
        from?: string;
        /** @description Only calls before this instant, ISO 8601 with its zone; now where it is left out. */
        to?: string;
        /** @description `auto`: hours up to seven days, else days. A series has at most 400 points. */
        bucket?: 'auto' | 'day' | 'hour';
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Whose days are meant, as the IANA names it, e.g. `Europe/Berlin`. Hours begin with those of UTC everywhere. */
        time_zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageSeriesDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user or account */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_list: {
    parameters: {
      query?: {
        /** @description Part of the e-mail or the user name, case-insensitive. */
        search?: string;
        /** @description Only the user whose e-mail or user name this is, case-insensitive. */
        login?: string;
        role?: 'admin' | 'user';
        /** @description Only users who may log in, or only those who may not. */
        is_active?: boolean;
        sort_by?: 'created_at' | 'email' | 'last_login_at' | 'username';
        sort_order?: 'asc' | 'desc';
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  InvitationsController_invite: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "display_name": "Ada Lovelace"
         *     }
         */
        'application/json': components['schemas']['InviteDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description There is a user with this e-mail */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminUserDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description It would leave no active admin */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_edit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "display_name": "Ada Lovelace"
         *     }
         */
        'application/json': components['schemas']['EditUserDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdminUserDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description It would leave no active admin */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  InvitationsController_inviteAgain: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description They were not invited, have come, or are switched off */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_setPassword: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "password": "replace this password"
         *     }
         */
        'application/json': components['schemas']['SetPasswordDto'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_makePasswordLink: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PasswordLinkDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AdminUsersController_endSessions: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UserUsageController_summary: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserUsageDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UserUsageController_history: {
    parameters: {
      query?: {
        /** @description Page number, from 1. Pages count all that match; to go through many, `before` is faster. */
        page?: number;
        /** @description First day, `YYYY-MM-DD`, in UTC. */
        start_date?: string;
        /** @description Last day, inclusive, `YYYY-MM-DD`, in UTC. */
        end_date?: string;
        /** @description `csv` or `ndjson`: a file with all matching calls, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that ended so; `tool_error` is what the tool itself reported. */
        outcome?: 'backend_error' | 'cancelled' | 'invalid_arguments' | 'ok' | 'tool_error';
        /** @description Only calls of tools of this source, e.g. `stock-data`. */
        service?: string;
        /** @description Only calls of clients of exactly this name. */
        client_name?: string;
        /** @description Only calls that took at least so many milliseconds. */
        min_duration_ms?: number;
        /** @description Only calls of this request. */
        request_id?: string;
        /** @description Only calls from this instant on, ISO 8601 with its zone. */
        from?: string;
        /** @description Only calls before this instant, ISO 8601 with its zone. */
        to?: string;
        /** @description Only calls that are older than one: `next` of the answer before. New calls do not move what it goes on with. */
        before?: string;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageHistoryDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UserUsageController_keys: {
    parameters: {
      query?: {
        /** @description Number of days, today (UTC) included: 1 to 365. */
        days?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageByKeyDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UserUsageController_stats: {
    parameters: {
      query?: {
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description `csv` or `ndjson`: a file with a row for each tool on each day; `json`: the sums. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Number of days, today (UTC) included: 1 to 365. */
        days?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageStatsDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  WebhooksController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  WebhooksController_deliveries: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
        channel?: 'mail' | 'user_webhook' | 'webhook';
        /** @description Only deliveries to the webhook of this name, to this mail address, or to the endpoint of the user with this id. */
        endpoint?: string;
        /** @description Only notices of this kind. */
        kind?:
          | 'account.credits_low'
          | 'api_key.expiring'
          | 'limit.reached'
          | 'server.down'
          | 'server.up'
          | 'test'
          | 'tool.quarantined';
        state?: 'delivered' | 'failed' | 'waiting';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  WebhooksController_retry: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such delivery */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  WebhooksController_test: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "webhook": "operations"
         *     }
         */
        'application/json': components['schemas']['TestWebhooksDto'] | null;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TestedWebhooksDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No webhook of this name */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description There is neither a webhook nor a mail address to tell */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_login: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "your password"
         *     }
         */
        'application/json': components['schemas']['LoginDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccessTokenDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid credentials */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many failed logins */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_logOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_me: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_editMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "display_name": "Ada Lovelace"
         *     }
         */
        'application/json': components['schemas']['EditMeDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_changePassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "current_password": "your password",
         *       "new_password": "replace this password"
         *     }
         */
        'application/json': components['schemas']['ChangePasswordDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccessTokenDto'];
        };
      };
      /** @description The new password is the current one */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many wrong passwords */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_usePasswordLink: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "token": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
         *       "new_password": "replace this password"
         *     }
         */
        'application/json': components['schemas']['UsePasswordLinkDto'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The link was used, was replaced, or is too old */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many attempts with password links from this address */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_passwordLinkOwner: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "token": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         *     }
         */
        'application/json': components['schemas']['LinkTokenDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LinkOwnerDto'];
        };
      };
      /** @description The link was used, was replaced, or is too old */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many looks at password links from this address */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_register: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "username": "ada",
         *       "password": "replace this password"
         *     }
         */
        'application/json': components['schemas']['RegisterDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserDto'];
        };
      };
      /** @description E-mail or user name taken */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Registration is closed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many registrations from this address */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SessionDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_signIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "your password"
         *     }
         */
        'application/json': components['schemas']['SignInDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SessionDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid credentials */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The request comes from a page of another origin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description This gateway has no portal */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many failed logins */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_signOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request comes from a page of another origin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description This gateway has no portal */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_confirm: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "password": "your password"
         *     }
         */
        'application/json': components['schemas']['ConfirmDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConfirmedDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many failed logins */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SessionListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  SessionController_end: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such session of yours */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_create: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "key_name": "my-cursor-key",
         *       "expires_days": 90
         *     }
         */
        'application/json': components['schemas']['CreateKeyDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key could do more than the caller */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Active key limit reached, or the secret is a key already */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_list: {
    parameters: {
      query?: {
        /** @description Include revoked and expired keys. */
        include_inactive?: boolean;
        /** @description Part of a key's name or beginning, case-insensitive. */
        search?: string;
        /** @description From 1. */
        page?: number;
        /** @description Keys on a page, 1 to 1000. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_revoke: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "key_id": "00000000-0000-4000-8000-000000000000",
         *       "reason": "No longer needed"
         *     }
         */
        'application/json': components['schemas']['RevokeKeyDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevokedKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key of yours */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_rotate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "key_id": "00000000-0000-4000-8000-000000000000",
         *       "overlap_seconds": 3600
         *     }
         */
        'application/json': components['schemas']['RotateKeyDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key could do more than the caller */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key of yours */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key is revoked, expired or already rotated */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The key's `id`, not the key itself. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OwnKeyDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key of yours */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_edit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The key's `id`, not the key itself. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "key_name": "my-cursor-key"
         *     }
         */
        'application/json': components['schemas']['EditKeyDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyDetailsDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key could do more than the caller */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key of yours */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key is revoked, expired or replaced by another */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UsageController_history: {
    parameters: {
      query?: {
        /** @description Page number, from 1. Pages count all that match; to go through many, `before` is faster. */
        page?: number;
        /** @description First day, `YYYY-MM-DD`, in UTC. */
        start_date?: string;
        /** @description Last day, inclusive, `YYYY-MM-DD`, in UTC. */
        end_date?: string;
        /** @description `csv` or `ndjson`: a file with all matching calls, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that ended so; `tool_error` is what the tool itself reported. */
        outcome?: 'backend_error' | 'cancelled' | 'invalid_arguments' | 'ok' | 'tool_error';
        /** @description Only calls of tools of this source, e.g. `stock-data`. */
        service?: string;
        /** @description Only calls of clients of exactly this name. */
        client_name?: string;
        /** @description Only calls that took at least so many milliseconds. */
        min_duration_ms?: number;
        /** @description Only calls of this request. */
        request_id?: string;
        /** @description Only calls from this instant on, ISO 8601 with its zone. */
        from?: string;
        /** @description Only calls before this instant, ISO 8601 with its zone. */
        to?: string;
        /** @description Only calls that are older than one: `next` of the answer before. New calls do not move what it goes on with. */
        before?: string;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageHistoryDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid query */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UsageController_keys: {
    parameters: {
      query?: {
        /** @description Number of days, today (UTC) included: 1 to 365. */
        days?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageByKeyDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid query */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UsageController_stats: {
    parameters: {
      query?: {
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description `csv` or `ndjson`: a file with a row for each tool on each day; `json`: the sums. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Number of days, today (UTC) included: 1 to 365. */
        days?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageStatsDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid query */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UsageController_stream: {
    parameters: {
      query?: {
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that ended so; `tool_error` is what the tool itself reported. */
        outcome?: 'backend_error' | 'cancelled' | 'invalid_arguments' | 'ok' | 'tool_error';
        /** @description Only calls of tools of this source, e.g. `stock-data`. */
        service?: string;
        /** @description Only calls of clients of exactly this name. */
        client_name?: string;
        /** @description Only calls that took at least so many milliseconds. */
        min_duration_ms?: number;
        /** @description Only calls of this request. */
        request_id?: string;
      };
      header?: {
        /** @description The id of the last event that was read: what came since then is sent first, at most 200 calls */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events without end. The data of each is as `UsageRecordDto`; that of an event `skipped` as `CallsSkippedDto`. A comment comes every 15 seconds. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid query */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  UsageController_timeseries: {
    parameters: {
      query?: {
        /** @description A series for each tool, key, source of tools, table, outcome or client; `none`: one of all calls. */
        group_by?: 'api_key' | 'client' | 'none' | 'outcome' | 'service' | 'table' | 'tool';
        /** @description Only calls from this instant on, ISO 8601 with its zone; 30 days before `to` where it is left out. */
        from?: string;
        /** @description Only calls before this instant, ISO 8601 with its zone; now where it is left out. */
        to?: string;
        /** @description `auto`: hours up to seven days, else days. A series has at most 400 points. */
        bucket?: 'auto' | 'day' | 'hour';
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Whose days are meant, as the IANA names it, e.g. `Europe/Berlin`. Hours begin with those of UTC everywhere. */
        time_zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageSeriesDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid query */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_account: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OwnAccountDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AlertsController_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertsDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AlertsController_set: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "low_balance": 100
         *     }
         */
        'application/json': components['schemas']['SetAlertsDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ChangedAlertsDto'];
        };
      };
      /** @description The endpoint is none that this gateway may connect to */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description This gateway tells nobody at an endpoint of their own */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AlertsController_renewSecret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertSecretDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description There is no endpoint */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AlertsController_test: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TestedAlertsDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description There is no way to tell the caller */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  CheckoutController_checkout: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "pack": "starter"
         *     }
         */
        'application/json': components['schemas']['CheckoutDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CheckoutSessionDto'];
        };
      };
      /** @description Must name one pack or one tier that is on offer */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description `detail.code` is `billing_not_enabled` or `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The account has a subscription already */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Stripe cannot be reached */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  CheckoutController_offers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OffersDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  CheckoutController_manage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PaymentPortalDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description `detail.code` is `billing_not_enabled` or `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description `detail.code` is `no_payments`: Stripe has no customer for the account */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Stripe cannot be reached */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  CheckoutController_purchases: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PurchaseListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_creditHistory: {
    parameters: {
      query?: {
        /** @description `csv` or `ndjson`: a file with all transactions, whatever the page; `json`: a page. Also by `Accept`. */
        format?: 'csv' | 'json' | 'ndjson';
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreditHistoryDto'];
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_enable: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EnabledAccountDto'];
        };
      };
      /** @description MCP is already enabled; `detail.code` is `already_enabled` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Active key limit reached */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_regenerateKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RegeneratedKeyDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Very many keys were made within a day */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_history: {
    parameters: {
      query?: {
        /** @description Only calls of this tool. */
        tool_name?: string;
        /** @description Only calls made with this key. */
        api_key_id?: string;
        /** @description Only calls that succeeded. */
        success_only?: boolean;
        /** @description Most calls to return, 1 to 500. */
        limit?: number;
        /** @description Calls to skip. */
        offset?: number;
        /** @description How far to look back, in days of 24 hours: 1 to 90. */
        days?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ToolCallHistoryDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AccountController_summary: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageSummaryDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The cookie of a session came with a request of another page, or its password is not confirmed */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description MCP is not enabled; `detail.code` is `mcp_not_enabled` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description ClickHouse is away; calls are still recorded */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  PortalConfigController_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PortalConfigDto'];
        };
      };
      /** @description Credentials cannot be checked right now */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ApiKeysController_createForService: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "nightly-report",
         *       "permissions": [
         *         "tools:call"
         *       ]
         *     }
         */
        'application/json': components['schemas']['CreateServiceKeyDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedServiceKeyDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The key could do more than the caller */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Active key limit reached */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_loginWithForm: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "username": "ada@example.com",
         *       "password": "your password"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['LoginFormDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccessTokenDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Invalid credentials */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Too many failed logins */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  AuthController_createUser: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "username": "ada",
         *       "email": "ada@example.com",
         *       "password": "replace this password"
         *     }
         */
        'application/json': components['schemas']['CreateUserDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserDto'];
        };
      };
      /** @description E-mail or user name taken */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs admin */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  HealthController_check: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthDto'];
        };
      };
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthDto'];
        };
      };
    };
  };
  HealthController_live: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProbeDto'];
        };
      };
    };
  };
  MetricsController_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metrics */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Neither from this machine nor with the token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  HealthController_ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProbeDto'];
        };
      };
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProbeDto'];
        };
      };
    };
  };
  ServersController_list: {
    parameters: {
      query?: {
        /** @description Tell the health of each server as well. */
        include_health?: boolean;
        /** @description Tell how each server was in each half hour of the last day as well. */
        include_history?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerDto'][];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServersController_register: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "template_name": "http",
         *       "name": "reports",
         *       "config": {
         *         "url": "https://mcp.example.com/mcp"
         *       }
         *     }
         */
        'application/json': components['schemas']['RegisterServerDto'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerDto'];
        };
      };
      /** @description Unknown template, or a config that does not fit it; `loc` is the path of the value */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The name is taken, the pool is of another template, or the limit of servers is reached */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerTemplatesController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerTemplateListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerTrialsController_run: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "template_name": "http",
         *       "config": {
         *         "url": "https://mcp.example.com/mcp"
         *       }
         *     }
         */
        'application/json': components['schemas']['TryServerDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerTrialDto'];
        };
      };
      /** @description Unknown template, or a config that does not fit it; `loc` is the path of the value */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServersController_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServersController_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServersController_edit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "weight": 1
         *     }
         */
        'application/json': components['schemas']['EditServerDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerDto'];
        };
      };
      /** @description Unknown template, or a config that does not fit it; `loc` is the path of the value */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Somebody else changed the server while its secrets were kept */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServersController_check: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerHealthDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerHistoryController_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerHistoryDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerPinsController_list: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
        /** @description Only what is of this kind. */
        kind?: 'instructions' | 'prompt' | 'resource' | 'template' | 'tool';
        /** @description Only what is in this state. */
        state?: 'approved' | 'quarantined' | 'unusable';
      };
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerPinListDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerPinsController_approve: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "pins": [
         *         {
         *           "kind": "tool",
         *           "name": "search",
         *           "pin": "the pin that was looked at"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['ApprovePinsDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApprovedPinsDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server, or it offers no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description One has changed: the pin is not its current one */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerToolsController_list: {
    parameters: {
      query?: {
        /** @description Page number, from 1. */
        page?: number;
        /** @description Records on a page, 1 to 100. */
        page_size?: number;
      };
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerToolListDto'];
        };
      };
      /** @description The path cannot be decoded */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ServerToolsController_approve: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tool_name": "search",
         *       "pin": "the pin that was looked at"
         *     }
         */
        'application/json': components['schemas']['ApproveToolDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerToolDto'];
        };
      };
      /** @description The body cannot be read: it is broken, or ended early */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server, or it has no such tool */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The tool has changed: the pin is not its current one */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ToolChangesController_edit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name of the server, e.g. `file-server`. */
        id: string;
        /** @description The server's own name of the tool, without a prefix. */
        tool: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "enabled": true
         *     }
         */
        'application/json': components['schemas']['EditToolDto'] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerToolDto'];
        };
      };
      /** @description A name that is too long, or arguments that are not `{value}` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:write */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such server, or it has never offered such a tool */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The name is another tool's, too many tools are changed, or the fixed arguments cannot be read */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  StatsController_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatewayStatsDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs gateway:read */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ToolsController_list: {
    parameters: {
      query?: {
        /** @description What this API key would see, of what the caller sees: one of their own or, for an admin, anybody's. Also one that has ended. */
        as_key?: string;
        /** @description Tell how the caller used each tool in the last 30 days. */
        include_usage?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ToolListDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs tools:call */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description No such key, or somebody else has it */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A field is invalid or unknown; `detail` lists the problems */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description A backend is away, or too much is going on at once */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
  ToolsController_call: {
    parameters: {
      query?: never;
      header?: {
        /** @description A repeated call with the same key runs and costs once */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "server_id": "stock-data",
         *       "tool_name": "get_latest_bars",
         *       "arguments": {
         *         "symbols": [
         *           "^GSPC"
         *         ]
         *       }
         *     }
         */
        'application/json': components['schemas']['CallToolDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ToolCallResultDto'];
        };
      };
      /** @description Arguments the tool cannot take */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Missing, wrong or expired credential */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Not enough credits */
      402: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Insufficient permissions: needs tools:call */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Unknown server, or unknown tool of it */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The Idempotency-Key was used for another call, or its call still runs */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is larger than 1 MiB */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body has a media type, an encoding or a character set that is not read here */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The body is not a valid tool call */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description Rate limit reached; Retry-After says when to try again */
      429: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The tool's backend failed */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The call cannot be recorded now */
      503: {
        headers: {
          /** @description Seconds to wait before trying again */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
      /** @description The tool did not answer in time */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorDto'];
        };
      };
    };
  };
}

/** What the audit log can tell of. */
export const AUDIT_ACTIONS = [
  'account.activated',
  'account.alerts_changed',
  'account.credits_added',
  'account.deactivated',
  'account.enabled',
  'account.flags_cleared',
  'account.tier_changed',
  'api_key.changed',
  'api_key.created',
  'api_key.revoked',
  'api_key.rotated',
  'dataset.imported',
  'login.ended',
  'login.failed',
  'login.succeeded',
  'pin.approved',
  'price.changed',
  'price.reset',
  'server.changed',
  'server.registered',
  'server.removed',
  'settings.log_level_changed',
  'tier.changed',
  'tier.reset',
  'tool.approved',
  'tool.changed',
  'user.activated',
  'user.changed',
  'user.created',
  'user.deactivated',
  'user.deleted',
  'user.invited',
  'user.password_changed',
  'user.password_link_made',
  'user.role_changed',
] as const;
