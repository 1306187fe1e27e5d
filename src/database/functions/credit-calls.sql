-- The life of a charge: reserve, renew, settle, or expire. Functions, because each statement inside one sees what was committed
-- until the accounts were locked; a single statement with CTEs sees other tables as they were before it waited.
-- Each takes a batch as parallel arrays and answers by "place", an item's position from 1. How they are planned:
-- credit-bookings.sql.

-- Grants in order of arrival what fits. What does not fit takes nothing, so a cheap call behind a dear one is served.
-- No row for an item: no such account.
CREATE OR REPLACE FUNCTION mcp.reserve_credits(event_ids uuid[], account_ids bigint[], amounts bigint[], hold_ms int[], tiers jsonb)
RETURNS TABLE (place bigint, is_granted boolean, is_active boolean, available bigint) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  item record;
  account bigint;
  granted bigint[] := '{}';
  reserved_at timestamptz;
BEGIN
  PERFORM mcp.refill_credits(account_ids, tiers);
  FOR item IN
    SELECT i.place, i.account_id, i.amount, a.is_active, a.credits_balance - a.credits_held AS available
    FROM unnest(account_ids, amounts) WITH ORDINALITY AS i (account_id, amount, place)
    JOIN mcp.user_accounts a ON a.id = i.account_id
    ORDER BY i.account_id, i.place
  LOOP
    IF item.account_id IS DISTINCT FROM account THEN available := item.available; END IF;
    account := item.account_id;
    is_granted := item.is_active AND item.amount <= available;
    IF is_granted THEN
      available := available - item.amount;
      granted := granted || item.place;
    END IF;
    place := item.place;
    is_active := item.is_active;
    RETURN NEXT;
  END LOOP;

  reserved_at := mcp.ledger_time();
  INSERT INTO mcp.credit_holds (id, account_id, amount, expires_at, created_at)
  SELECT event_ids[g], account_ids[g], amounts[g], reserved_at + hold_ms[g] * interval '1 ms', reserved_at
  FROM unnest(granted) AS g;
  UPDATE mcp.user_accounts a SET credits_held = a.credits_held + taken.amount
  FROM (SELECT account_ids[g] AS account_id, sum(amounts[g])::bigint AS amount FROM unnest(granted) AS g GROUP BY 1) taken
  WHERE a.id = taken.account_id;
END $$;

-- Opens holds again that expired before their calls had ended, where the account still has the credits and no other call holds
-- them. The caller has locked the accounts.
CREATE OR REPLACE FUNCTION mcp.reopen_holds(event_ids uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT id, account_id, amount FROM mcp.credit_holds
    WHERE id = ANY (event_ids) AND state = 'expired' AND settled_at IS NULL ORDER BY created_at, id
  LOOP
    UPDATE mcp.user_accounts SET credits_held = credits_held + item.amount
    WHERE id = item.account_id AND credits_balance - credits_held >= item.amount;
    IF FOUND THEN UPDATE mcp.credit_holds SET state = 'open' WHERE id = item.id; END IF;
  END LOOP;
END $$;

-- Ends calls: what is charged leaves the balance and enters the ledger, the rest of the hold is released, and the usage
-- event enters the outbox, all or nothing. A hold is settled once; whoever comes again is told what it came to. One that
-- has expired is opened again for its charge; where that cannot be, since other calls took the credits, it charges nothing and
-- its event says so. No row for an item: no such hold.
CREATE OR REPLACE FUNCTION mcp.settle_credits(event_ids uuid[], account_ids bigint[], charges bigint[], called_at timestamptz[], bodies text[])
RETURNS TABLE (place bigint, charged bigint, remaining bigint, is_expired boolean) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  settled_now timestamptz;
  late uuid[];
BEGIN
  IF cardinality(bodies) <> cardinality(event_ids) THEN
    RAISE EXCEPTION 'a usage event is not one line of text' USING ERRCODE = 'data_exception';
  END IF;
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (account_ids) ORDER BY id FOR UPDATE;
  settled_now := mcp.ledger_time();
  late := ARRAY(
    SELECT h.id FROM unnest(event_ids, charges) AS i (event_id, charge) JOIN mcp.credit_holds h ON h.id = i.event_id
    WHERE h.state = 'expired' AND h.settled_at IS NULL AND i.charge > 0);
  IF late <> '{}' THEN PERFORM mcp.reopen_holds(late); END IF;

  WITH item AS (
    SELECT DISTINCT ON (h.id) i.place, h.id, h.account_id, i.called_at, i.body, i.charge,
      CASE WHEN h.state = 'open' THEN i.charge ELSE 0 END AS charged,
      CASE WHEN h.state = 'open' THEN h.amount ELSE 0 END AS released
    FROM unnest(event_ids, account_ids, charges, called_at, bodies) WITH ORDINALITY
      AS i (event_id, account_id, charge, called_at, body, place)
    JOIN mcp.credit_holds h ON h.id = i.event_id AND h.account_id = i.account_id
    WHERE h.settled_at IS NULL
    ORDER BY h.id, i.place
  ), running AS (
    SELECT item.*, sum(charged) OVER so_far AS spent, sum(released) OVER so_far AS freed
    FROM item WINDOW so_far AS (PARTITION BY account_id ORDER BY place ROWS UNBOUNDED PRECEDING)
  ), settled AS (
    SELECT r.*, a.credits_balance - spent AS balance,
      greatest(a.credits_allocation - spent, 0) - greatest(a.credits_allocation - spent + charged, 0) AS allocation_amount,
      a.credits_balance - spent - (a.credits_held - freed) AS remaining
    FROM running r JOIN mcp.user_accounts a ON a.id = r.account_id
  ), holds AS (
    UPDATE mcp.credit_holds h SET
      state = CASE WHEN h.state = 'expired' THEN 'expired' WHEN s.charged > 0 THEN 'captured' ELSE 'voided' END,
      settled_at = settled_now, called_at = s.called_at, charged = s.charged, remaining = s.remaining
    FROM settled s WHERE h.id = s.id
  ), accounts AS (
    UPDATE mcp.user_accounts a SET
      credits_balance = a.credits_balance - s.spent,
      credits_allocation = greatest(a.credits_allocation - s.spent, 0),
      credits_purchased = a.credits_purchased - greatest(s.spent - a.credits_allocation, 0),
      credits_held = a.credits_held - s.freed,
      total_tool_calls = a.total_tool_calls + s.calls,
      total_credits_used = a.total_credits_used + s.spent,
      last_connected_at = settled_now, updated_at = settled_now
    FROM (SELECT account_id, sum(charged) AS spent, sum(released) AS freed, count(*) AS calls FROM settled GROUP BY 1) s
    WHERE a.id = s.account_id
  ), ledger AS (
    INSERT INTO mcp.user_credit_transactions
      (user_account_id, transaction_type, amount, balance_before, balance_after, allocation_amount, purchased_amount,
       reference_type, reference_id, created_by, created_at)
    SELECT account_id, 'usage', -charged, balance + charged, balance, allocation_amount, -charged - allocation_amount,
      'tool_call', id::text, 'system', settled_now
    FROM settled WHERE charged > 0 ORDER BY place
  )
  INSERT INTO mcp.usage_outbox (created_at, body)
  SELECT called_at,
    CASE WHEN charge = charged THEN body
      ELSE (body::jsonb || '{"credits_charged": 0, "error_code": "HOLD_EXPIRED"}')::text END
  FROM settled ORDER BY place;

  RETURN QUERY SELECT i.place, h.charged, h.remaining, h.state = 'expired'
  FROM unnest(event_ids, account_ids) WITH ORDINALITY AS i (event_id, account_id, place)
  JOIN mcp.credit_holds h ON h.id = i.event_id AND h.account_id = i.account_id;
END $$;

-- Holds of calls that still run live on: a hold lives as long as its call. One that expired meanwhile, since its gateway or the
-- database was away, is opened again if it can be. Says how many are open now.
CREATE OR REPLACE FUNCTION mcp.renew_holds(event_ids uuid[], hold_ms int) RETURNS int LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  until timestamptz;
  renewed int;
BEGIN
  PERFORM 1 FROM mcp.user_accounts
  WHERE id IN (SELECT account_id FROM mcp.credit_holds WHERE id = ANY (event_ids)) ORDER BY id FOR UPDATE;
  until := mcp.ledger_time() + hold_ms * interval '1 ms';
  PERFORM mcp.reopen_holds(event_ids);
  UPDATE mcp.credit_holds SET expires_at = until WHERE id = ANY (event_ids) AND state = 'open';
  GET DIAGNOSTICS renewed = ROW_COUNT;
  RETURN renewed;
END $$;

-- Releases holds whose time is over, at most so many, oldest first. Waits for the accounts rather than passing over those
-- that are locked: a busy account always is, and its holds would never expire.
-- Says how many it found beside how many it released: the others were settled while it waited.
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
