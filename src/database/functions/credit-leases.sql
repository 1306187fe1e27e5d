-- The life of a lease: what a replica may let calls spend of an account, without asking for each (docs/adr/0021-leases-and-posting.md).
-- Whoever locks, locks replicas before accounts before leases, each in the order of ids. How all is planned: credit-bookings.sql.

-- Leases credits of several accounts at once. "spare" is what the replica has of an account and no call needs: it goes back into
-- the pot first. Then each item (a call that waits, by the place of its account) is granted in order of arrival if it fits; what
-- does not fit takes nothing, so that a cheap call behind a dear one is served. Ahead of need, for calls to come, a replica gets a
-- 64th of what is left, and only of an account that is rich, with 64 times what is asked or "usual" a call; nothing in the last
-- minute of a month, since the allocation that is left then expires. Where something is refused and "call_back" is set, other
-- replicas are asked for what they do not need; "may_come" says that some have not answered yet, so that asking once more may help.
-- "sent_after" is the number of the replica's batch before this: where a later one has settled leases, the replica has given up on
-- this and does not know what it brings, so it does nothing and says so by a row of place -1. A row of place 0 says that it was done.
-- No row for an account that does not exist, and no rows at all for a replica that is closed.
CREATE OR REPLACE FUNCTION mcp.lease_credits(
  replica int, sent_after bigint, account_ids bigint[], spare bigint[], usual bigint[], call_back boolean[], item_places int[], item_amounts bigint[], tiers jsonb
) RETURNS TABLE (place bigint, is_active boolean, available bigint, granted boolean[], ahead bigint, may_come boolean)
LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  account record;
  item_amount bigint;
  asked bigint;
  taken bigint;
  is_last_minute boolean;
BEGIN
  PERFORM 1 FROM mcp.replicas WHERE id = replica AND closed_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM mcp.refill_credits(account_ids, tiers); -- and with the accounts locked, whoever settles comes before or after
  place := CASE WHEN (SELECT last_return FROM mcp.replicas WHERE id = replica) > sent_after THEN -1 ELSE 0 END;
  RETURN NEXT;
  IF place < 0 THEN RETURN; END IF;
  is_last_minute := date_trunc('month', mcp.ledger_time() + interval '1 minute', 'UTC') > date_trunc('month', mcp.ledger_time(), 'UTC');
  FOR account IN
    SELECT a.id, a.is_active, a.credits_balance - a.credits_held AS available, i.spare, i.usual, i.call_back, i.place
    FROM unnest(account_ids, spare, usual, call_back) WITH ORDINALITY AS i (id, spare, usual, call_back, place) JOIN mcp.user_accounts a ON a.id = i.id
    ORDER BY a.id
  LOOP
    place := account.place;
    is_active := account.is_active;
    available := account.available + account.spare;
    granted := '{}';
    asked := 0;
    FOR item_amount IN
      SELECT i.amount FROM unnest(item_places, item_amounts) WITH ORDINALITY AS i (place, amount, arrival)
      WHERE i.place = account.place ORDER BY i.arrival
    LOOP
      granted := granted || (is_active AND item_amount <= available);
      asked := asked + item_amount;
      IF granted[cardinality(granted)] THEN available := available - item_amount; END IF;
    END LOOP;
    ahead := 0;
    IF is_active AND NOT is_last_minute AND available >= 64 * greatest(asked, account.usual) THEN ahead := available / 64; END IF;
    available := available - ahead;
    taken := account.available - available;
    IF taken <> 0 THEN
      UPDATE mcp.user_accounts SET credits_held = credits_held + taken WHERE id = account.id;
      UPDATE mcp.credit_leases SET amount = amount + taken WHERE account_id = account.id AND replica_id = replica;
      IF NOT FOUND THEN INSERT INTO mcp.credit_leases (account_id, replica_id, amount) VALUES (account.id, replica, taken); END IF;
    END IF;
    may_come := is_active AND false = ANY (granted) AND mcp.call_back_leases(replica, account.id, account.call_back);
    RETURN NEXT;
  END LOOP;
END $$;

-- Says whether other replicas have been asked for what their calls do not need and have not answered yet; with "ask", asks them
-- first. One answers also when it has nothing to give (return_credits), and one that does not is waited for once, for 250 ms.
CREATE OR REPLACE FUNCTION mcp.call_back_leases(replica int, account bigint, ask boolean) RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
BEGIN
  IF ask THEN
    UPDATE mcp.credit_leases l SET called_back_at = mcp.ledger_time()
    WHERE l.account_id = account AND l.replica_id <> replica AND l.called_back_at IS NULL
      AND l.amount > mcp.unposted_of(account, l.replica_id);
    IF FOUND THEN PERFORM pg_notify('credit_leases', account || ' ' || replica); END IF;
  END IF;
  RETURN EXISTS (
    SELECT FROM mcp.credit_leases l WHERE l.account_id = account AND l.replica_id <> replica
      AND l.called_back_at > mcp.ledger_time() - interval '250 ms');
END $$;

-- Gives back what the replica's calls do not need: each lease becomes what they have charged and is not posted yet, and what they
-- still "need". It is a numbered batch of the replica (append of the outbox), so nothing that was appended before is overlooked, and
-- nothing can be appended after it that was sent before. A row of place 0 says that it was done: no rows where the batch is not the
-- replica's next, or it is closed.
CREATE OR REPLACE FUNCTION mcp.return_credits(replica int, batch bigint, account_ids bigint[], needed bigint[])
RETURNS TABLE (place bigint, available bigint) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  account record;
  rest bigint;
BEGIN
  UPDATE mcp.replicas SET last_batch = batch, last_return = batch WHERE id = replica AND last_batch < batch AND closed_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  place := 0;
  RETURN NEXT;
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (account_ids) ORDER BY id FOR UPDATE;
  FOR account IN
    SELECT i.id, i.needed, i.place, l.amount
    FROM unnest(account_ids, needed) WITH ORDINALITY AS i (id, needed, place)
    JOIN mcp.credit_leases l ON l.account_id = i.id AND l.replica_id = replica ORDER BY i.id
  LOOP
    rest := account.amount - mcp.unposted_of(account.id, replica) - account.needed;
    UPDATE mcp.credit_leases SET amount = amount - greatest(rest, 0), called_back_at = NULL
    WHERE account_id = account.id AND replica_id = replica;
    UPDATE mcp.user_accounts SET credits_held = credits_held - rest WHERE id = account.id AND rest > 0;
    SELECT a.credits_balance - a.credits_held INTO available FROM mcp.user_accounts a WHERE a.id = account.id;
    place := account.place;
    RETURN NEXT;
  END LOOP;
  DELETE FROM mcp.credit_leases WHERE account_id = ANY (account_ids) AND replica_id = replica AND amount = 0;
END $$;

-- Closes replicas that were silent for the whole term of their leases. What they append from now on is refused, and what they
-- appended before is committed: this waits for it. "seen" are those that were found before: a replica that could not reach
-- PostgreSQL itself has had the time between to be heard.
CREATE OR REPLACE FUNCTION mcp.close_replicas(seen int[]) RETURNS TABLE (overdue int[]) LANGUAGE plpgsql AS $$
DECLARE
  due int[] := ARRAY(SELECT id FROM mcp.replicas WHERE closed_at IS NULL AND expires_at <= mcp.ledger_time() ORDER BY id LIMIT 200);
BEGIN
  PERFORM 1 FROM mcp.replicas WHERE id = ANY (due) AND id = ANY (seen) ORDER BY id FOR UPDATE;
  UPDATE mcp.replicas SET closed_at = mcp.ledger_time()
  WHERE id = ANY (due) AND id = ANY (seen) AND closed_at IS NULL AND expires_at <= mcp.ledger_time();
  overdue := due;
  RETURN NEXT;
END $$;

-- Releases what closed replicas hold, of at most so many leases: all but what their calls have charged and is not posted yet, which
-- posting takes. Of every replica a lease that is spent goes, and so does a closed replica of before yesterday that has none.
CREATE OR REPLACE FUNCTION mcp.release_leases(most int) RETURNS TABLE (due int, released int) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  lease record;
  ids bigint[];
BEGIN
  ids := ARRAY(
    SELECT l.account_id FROM mcp.replicas r JOIN mcp.credit_leases l ON l.replica_id = r.id
    WHERE r.closed_at IS NOT NULL AND l.amount > mcp.unposted_of(l.account_id, l.replica_id)
    ORDER BY l.account_id LIMIT most);
  due := cardinality(ids);
  released := 0;
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  FOR lease IN
    SELECT l.account_id, l.replica_id, l.amount - mcp.unposted_of(l.account_id, l.replica_id) AS rest
    FROM mcp.credit_leases l JOIN mcp.replicas r ON r.id = l.replica_id
    WHERE l.account_id = ANY (ids) AND r.closed_at IS NOT NULL ORDER BY l.account_id, l.replica_id
  LOOP
    CONTINUE WHEN lease.rest = 0;
    UPDATE mcp.credit_leases SET amount = amount - lease.rest WHERE account_id = lease.account_id AND replica_id = lease.replica_id;
    UPDATE mcp.user_accounts SET credits_held = credits_held - lease.rest WHERE id = lease.account_id;
    released := released + 1;
  END LOOP;
  DELETE FROM mcp.credit_leases WHERE (account_id, replica_id) IN (
    SELECT account_id, replica_id FROM mcp.credit_leases WHERE amount = 0 LIMIT most FOR UPDATE SKIP LOCKED);
  DELETE FROM mcp.replicas r WHERE r.closed_at < mcp.ledger_time() - interval '1 day'
    AND NOT EXISTS (SELECT FROM mcp.credit_leases l WHERE l.replica_id = r.id);
  RETURN NEXT;
END $$;

-- Releases holds of the first edition whose time is over, at most so many, oldest first: replicas of before take and settle them
-- while they are replaced. Says how many it found beside how many it released: the others were settled while it waited.
CREATE OR REPLACE FUNCTION mcp.expire_holds(most int) RETURNS TABLE (overdue int, released int) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  until timestamptz := mcp.ledger_time();
  due uuid[];
BEGIN
  due := ARRAY(SELECT id FROM mcp.credit_holds WHERE state = 'open' AND expires_at <= until ORDER BY expires_at LIMIT most);
  PERFORM 1 FROM mcp.user_accounts
  WHERE id IN (SELECT account_id FROM mcp.credit_holds WHERE id = ANY (due)) ORDER BY id FOR UPDATE;
  WITH gone AS (
    UPDATE mcp.credit_holds SET state = 'expired' WHERE id = ANY (due) AND state = 'open' RETURNING account_id, amount
  ), accounts AS (
    UPDATE mcp.user_accounts a SET credits_held = a.credits_held - g.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM gone GROUP BY 1) g WHERE a.id = g.account_id
  )
  SELECT cardinality(due), count(*) INTO overdue, released FROM gone;
  RETURN NEXT;
END $$;
