import { api, type Schemas } from './api';
import { Presence } from './presence';
import { Remote } from './remote.svelte';
import { current } from './session.svelte';

const LOOK_AGAIN_MS = 60_000;
/** Calls that come one after the other are looked after together. */
const TOGETHER_MS = 500;
const presence = new Presence(window);

/** What is shown beside every page: what is left, and for administrators what waits for them. Asked for once a minute while somebody is there, and when told. */
class Standing {
  /** Null where somebody has no account: then it is not asked for. */
  account = $state.raw(accountOf());
  /** Definitions of servers that wait for approval. */
  waiting = $state.raw(waiting());
  /** Servers that get no calls. */
  unhealthy = $state.raw(unhealthy());

  private soon: ReturnType<typeof setTimeout> | undefined;

  get hasNoAccount(): boolean {
    return this.account.data === null;
  }

  /** For whoever is signed in now: nothing is left of somebody before. Gives what ends it. */
  begin(): () => void {
    this.account = accountOf();
    this.waiting = waiting();
    this.unhealthy = unhealthy();
    this.look();
    const timer = setInterval(() => !document.hidden && presence.isHere && this.look(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(this.soon);
      this.soon = undefined;
      for (const one of [this.account, this.waiting, this.unhealthy]) one.stop();
    };
  }

  /** Also when somebody has changed something of them, which shows at the menu at once. */
  lookAtServers(): void {
    void this.waiting.load();
    void this.unhealthy.load();
  }

  /** When a page knows of something that moves one's credits: a call, a grant, a payment. */
  lookAtBalance(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      if (!this.hasNoAccount) void this.account.load();
    }, TOGETHER_MS);
  }

  /** A call has come by itself; whose it is, is told among everybody's only. */
  called({ user_id: id = this.userId }: { user_id?: string | undefined }): void {
    if (id === this.userId) this.lookAtBalance();
  }

  private get userId(): string | undefined {
    return current.session?.user.id;
  }

  private look(): void {
    if (!this.hasNoAccount) void this.account.load();
    if (current.isAdmin) this.lookAtServers();
  }
}

function accountOf() {
  const account = new Remote<Schemas['OwnAccountDto'] | null>(async () =>
    (await current.hasAccount()) ? api.get('/api/mcp/account') : null,
  );
  if (current.config?.has_account === false) account.data = null;
  return account;
}
const waiting = () => new Remote(async () => (await api.get('/api/admin/approvals', { query: { page_size: 1 } })).total);
const unhealthy = () => new Remote(async () => (await api.get('/health')).mcp_servers.unhealthy);

export const standing = new Standing();
