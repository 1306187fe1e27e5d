-- The functions of credits as they were made first, for migration 0003; those of today are in ../functions and replace them.
-- They stay because databases of every age have them: an upgrade begins from here.

-- The one clock of the ledger: the database's, since the clocks of gateways differ.
CREATE FUNCTION mcp.ledger_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

-- Moves the parts of a balance and writes the ledger row that says so. The caller has locked the account.
CREATE FUNCTION mcp.post_credits(
  account bigint, type text, allocation bigint, purchased bigint, ref_type text, ref_id text, words text, booked_by text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  balance bigint;
  moved bigint := allocation + purchased;
BEGIN
  IF moved = 0 THEN RETURN; END IF;
  UPDATE mcp.user_accounts SET
    credits_balance = credits_balance + moved,
    credits_allocation = credits_allocation + allocation,
    credits_purchased = credits_purchased + purchased,
    updated_at = mcp.ledger_time()
  WHERE id = account RETURNING credits_balance INTO STRICT balance;
  INSERT INTO mcp.user_credit_transactions
    (user_account_id, transaction_type, amount, balance_before, balance_after, allocation_amount, purchased_amount,
     reference_type, reference_id, description, created_by, created_at)
  VALUES (account, type, moved, balance - moved, balance, allocation, purchased, ref_type, ref_id, words, booked_by, mcp.ledger_time());
END $$;

-- Locks the accounts and gives those that are due this month's allocation. Months nobody was there are not made up for,
-- since an allocation does not carry over. Credits that calls under way hold do not expire: they belong to last month.
-- Time is read after the lock is taken: whoever waited for it over midnight must not refill last month.
CREATE FUNCTION mcp.refill_credits(account_ids bigint[], tiers jsonb) RETURNS int LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  account mcp.user_accounts;
  month timestamptz;
  month_text text;
  allocation bigint;
  refilled int := 0;
BEGIN
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (account_ids) ORDER BY id FOR UPDATE;
  month := date_trunc('month', mcp.ledger_time(), 'UTC');
  month_text := to_char(month AT TIME ZONE 'UTC', 'YYYY-MM');
  FOR account IN
    SELECT * FROM mcp.user_accounts WHERE id = ANY (account_ids) AND is_active AND credits_last_refill < month ORDER BY id
  LOOP
    allocation := coalesce((tiers ->> account.credits_tier)::bigint, account.credits_monthly_allocation);
    INSERT INTO mcp.credit_periods (account_id, period, allocated, created_at)
    VALUES (account.id, (month AT TIME ZONE 'UTC')::date, allocation, mcp.ledger_time()) ON CONFLICT DO NOTHING;
    IF FOUND THEN
      PERFORM mcp.post_credits(account.id, 'allocation_expired',
        least(account.credits_held, account.credits_allocation) - account.credits_allocation, 0,
        'system', account.id || '/' || month_text, 'Unused credits of the month before', 'system');
      PERFORM mcp.post_credits(account.id, 'monthly_refill', allocation, 0,
        'system', account.id || '/' || month_text, 'Monthly allocation, tier ' || account.credits_tier, 'system');
      refilled := refilled + 1;
    END IF;
    UPDATE mcp.user_accounts SET credits_last_refill = mcp.ledger_time(), credits_monthly_allocation = allocation
    WHERE id = account.id;
  END LOOP;
  RETURN refilled;
END $$;

-- Adds to the purchased part. A negative amount corrects: purchased credits first, never what calls under way hold.
-- No row: no such account.
CREATE FUNCTION mcp.grant_credits(
  account_id bigint, amount bigint, words text, booked_by text, ref_type text, ref_id text, tiers jsonb
) RETURNS TABLE (outcome text, balance bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  account mcp.user_accounts;
  purchased bigint;
BEGIN
  PERFORM mcp.refill_credits(ARRAY[account_id], tiers);
  SELECT * INTO account FROM mcp.user_accounts WHERE id = account_id FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  outcome := 'booked';
  IF EXISTS (SELECT 1 FROM mcp.user_credit_transactions t
             WHERE t.transaction_type = 'grant' AND t.reference_type = ref_type AND t.reference_id = ref_id) THEN
    outcome := 'repeated';
  ELSIF account.credits_balance - account.credits_held + amount < 0 THEN
    outcome := 'refused';
  ELSE
    purchased := greatest(amount, -account.credits_purchased);
    PERFORM mcp.post_credits(account_id, 'grant', amount - purchased, purchased, ref_type, ref_id, words, booked_by);
  END IF;
  SELECT a.credits_balance, a.credits_balance - a.credits_held INTO balance, available
  FROM mcp.user_accounts a WHERE a.id = account_id;
  RETURN NEXT;
END $$;

-- A larger allocation counts now: what the month has been given so far is topped up to it. A smaller one counts from the
-- next month. What a month was given is remembered, so going down and up again gives nothing twice. No row: no such account.
CREATE FUNCTION mcp.change_tier(account_id bigint, tier text, allocation bigint, changed_by text, tiers jsonb)
RETURNS TABLE (added bigint, balance bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  month mcp.credit_periods;
BEGIN
  PERFORM mcp.refill_credits(ARRAY[account_id], tiers);
  PERFORM 1 FROM mcp.user_accounts a WHERE a.id = account_id FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO STRICT month FROM mcp.credit_periods p WHERE p.account_id = change_tier.account_id ORDER BY p.period DESC LIMIT 1;
  added := greatest(0, allocation - month.allocated);
  UPDATE mcp.credit_periods p SET allocated = month.allocated + added
  WHERE p.account_id = month.account_id AND p.period = month.period;
  UPDATE mcp.user_accounts a SET credits_tier = tier, credits_monthly_allocation = allocation, updated_at = mcp.ledger_time()
  WHERE a.id = account_id;
  PERFORM mcp.post_credits(account_id, 'tier_change', added, 0, NULL, NULL, 'Rest of the month, tier ' || tier, changed_by);
  SELECT a.credits_balance, a.credits_balance - a.credits_held INTO balance, available
  FROM mcp.user_accounts a WHERE a.id = account_id;
  RETURN NEXT;
END $$;

-- Grants in order of arrival what fits. What does not fit takes nothing, so a cheap call behind a dear one is served.
-- No row for an item: no such account.
CREATE FUNCTION mcp.reserve_credits(event_ids uuid[], account_ids bigint[], amounts bigint[], hold_ms int[], tiers jsonb)
RETURNS TABLE (place bigint, is_granted boolean, is_active boolean, available bigint) LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
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

-- Ends calls: what is charged leaves the balance and enters the ledger, the rest of the hold is released, and the usage
-- event enters the outbox, all or nothing. A hold is settled once; whoever comes again is told what it came to. A hold
-- that has expired charges nothing any more and its event says so. No row for an item: no such hold.
CREATE FUNCTION mcp.settle_credits(event_ids uuid[], account_ids bigint[], charges bigint[], called_at timestamptz[], bodies text[])
RETURNS TABLE (place bigint, charged bigint, remaining bigint, is_expired boolean) LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE
  settled_now timestamptz;
BEGIN
  IF cardinality(bodies) <> cardinality(event_ids) THEN
    RAISE EXCEPTION 'a usage event is not one line of text' USING ERRCODE = 'data_exception';
  END IF;
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (account_ids) ORDER BY id FOR UPDATE;
  settled_now := mcp.ledger_time();

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

-- Releases holds whose time is over, at most so many, oldest first. Waits for the accounts rather than passing over those
-- that are locked: a busy account always is, and its holds would never expire.
-- Says how many it found beside how many it released: the others were settled while it waited.
CREATE FUNCTION mcp.expire_holds(most int) RETURNS TABLE (overdue int, released int) LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
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
