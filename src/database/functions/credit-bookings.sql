-- What changes an account apart from calls: refill, grants, tiers. Each is one statement to its caller, so no gateway that
-- stops in the middle can leave an account locked. "tiers" is the configured {tier: credits a month}.
--
-- A connection keeps the plans of a function for its life. One made while a table was small would read all of it when it is
-- large (measured: 12 ms a batch instead of 0.5 ms after 60 000 calls), so these functions look rows up whatever the size:
-- enable_seqscan, enable_hashjoin and enable_mergejoin are off. What calls wait for is planned once a connection
-- (plan_cache_mode): by itself PostgreSQL plans it for every batch, since an array whose length it sees looks cheaper than one
-- it does not; that is a quarter of its time for a batch of one call.

-- The one clock of the ledger: the database's, since the clocks of gateways differ.
CREATE OR REPLACE FUNCTION mcp.ledger_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

-- Moves the parts of a balance, and what the account owes, and writes the ledger row that says so. The caller has locked the
-- account.
CREATE OR REPLACE FUNCTION mcp.post_movement(
  account bigint, type text, allocation bigint, purchased bigint, debt bigint, ref_type text, ref_id text, words text, booked_by text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  balance bigint;
  moved bigint := allocation + purchased;
BEGIN
  IF moved = 0 AND debt = 0 THEN RETURN; END IF;
  UPDATE mcp.user_accounts SET
    credits_balance = credits_balance + moved,
    credits_allocation = credits_allocation + allocation,
    credits_purchased = credits_purchased + purchased,
    credits_debt = credits_debt + debt,
    updated_at = mcp.ledger_time()
  WHERE id = account RETURNING credits_balance INTO STRICT balance;
  INSERT INTO mcp.user_credit_transactions
    (user_account_id, transaction_type, amount, balance_before, balance_after, allocation_amount, purchased_amount, debt_amount,
     reference_type, reference_id, description, created_by, created_at)
  VALUES (account, type, moved, balance - moved, balance, allocation, purchased, debt, ref_type, ref_id, words, booked_by,
    mcp.ledger_time());
  PERFORM pg_notify('credit_bookings', account::text); -- replicas that know what the account has ask anew
END $$;

-- A movement that leaves the debt alone.
CREATE OR REPLACE FUNCTION mcp.post_credits(
  account bigint, type text, allocation bigint, purchased bigint, ref_type text, ref_id text, words text, booked_by text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mcp.post_movement(account, type, allocation, purchased, 0, ref_type, ref_id, words, booked_by);
END $$;

-- What calls have charged an account that its row does not show yet.
CREATE OR REPLACE FUNCTION mcp.unposted_of(account bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(u.charge), 0)::bigint FROM mcp.unposted_charges u WHERE u.account_id = account
$$;

-- What of it calls of one replica have been charged.
CREATE OR REPLACE FUNCTION mcp.unposted_of(account bigint, replica int) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(u.charge), 0)::bigint FROM mcp.unposted_charges u WHERE u.account_id = account AND u.replica_id = replica
$$;

-- Locks the accounts and gives those that are due this month's allocation. Months nobody was there are not made up for,
-- since an allocation does not carry over. Credits that calls under way hold do not expire: they belong to last month.
-- Time is read after the lock is taken: whoever waited for it over midnight must not refill last month.
CREATE OR REPLACE FUNCTION mcp.refill_credits(account_ids bigint[], tiers jsonb) RETURNS int LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
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

-- Adds to the purchased part, of which the account's debt is paid first. A negative amount corrects: purchased credits first,
-- never what calls under way hold. A reference is booked once: an operator's ("admin") once an account, and so kept with the
-- account's id before it, as that of a month is; any other once for all accounts. Operators' references of before this
-- rule have no id before them. What a row comes to for the account is its amount less what it adds to the debt.
-- No row: no such account.
CREATE OR REPLACE FUNCTION mcp.grant_credits(
  account_id bigint, amount bigint, words text, booked_by text, ref_type text, ref_id text, tiers jsonb
) RETURNS TABLE (outcome text, balance bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  account mcp.user_accounts;
  purchased bigint;
  paid bigint;
  key text := CASE WHEN ref_type = 'admin' THEN account_id || '/' || ref_id ELSE ref_id END;
  booked bigint;
BEGIN
  PERFORM mcp.refill_credits(ARRAY[account_id], tiers);
  SELECT * INTO account FROM mcp.user_accounts WHERE id = account_id FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT t.amount - t.debt_amount INTO booked FROM mcp.user_credit_transactions t
  WHERE t.transaction_type = 'grant' AND t.reference_type = ref_type AND t.reference_id = ANY (ARRAY[key, ref_id])
    AND (ref_type <> 'admin' OR t.user_account_id = account_id)
  LIMIT 1;
  IF booked IS NOT NULL THEN
    outcome := CASE WHEN booked = amount THEN 'repeated' ELSE 'differs' END;
  ELSIF account.credits_balance - account.credits_held + amount < 0 THEN
    outcome := 'refused';
  ELSE
    outcome := 'booked';
    paid := least(greatest(amount, 0), account.credits_debt);
    purchased := greatest(amount - paid, -account.credits_purchased);
    PERFORM mcp.post_movement(account_id, 'grant', amount - paid - purchased, purchased, -paid, ref_type, key, words, booked_by);
  END IF;
  SELECT a.credits_balance - mcp.unposted_of(a.id), a.credits_balance - a.credits_held INTO balance, available
  FROM mcp.user_accounts a WHERE a.id = account_id;
  RETURN NEXT;
END $$;

-- Takes purchased credits that no call under way holds, as far as there are any; the account owes the rest. Never the
-- monthly allocation. The caller books a thing once. No row: no such account.
CREATE OR REPLACE FUNCTION mcp.take_credits(
  account_id bigint, amount bigint, words text, booked_by text, ref_type text, ref_id text, tiers jsonb
) RETURNS TABLE (taken bigint, owed bigint) LANGUAGE plpgsql AS $$
DECLARE
  account mcp.user_accounts;
BEGIN
  PERFORM mcp.refill_credits(ARRAY[account_id], tiers);
  SELECT * INTO account FROM mcp.user_accounts WHERE id = account_id FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  taken := least(amount, account.credits_purchased, account.credits_balance - account.credits_held);
  owed := amount - taken;
  PERFORM mcp.post_movement(account_id, 'grant', 0, -taken, owed, ref_type, ref_id, words, booked_by);
  RETURN NEXT;
END $$;

-- Takes what accounts owe from purchased credits that a call held when the debt was made and holds no more, of at most so
-- many accounts. Says how many were found beside how many still owed once they were locked.
CREATE OR REPLACE FUNCTION mcp.collect_debts(most int) RETURNS TABLE (owing int, collected int) LANGUAGE plpgsql AS $$
DECLARE
  due bigint[] := ARRAY(
    SELECT a.id FROM mcp.user_accounts a
    WHERE a.credits_debt > 0 AND least(a.credits_purchased, a.credits_balance - a.credits_held) > 0 ORDER BY a.id LIMIT most);
  account mcp.user_accounts;
  paid bigint;
BEGIN
  owing := cardinality(due);
  collected := 0;
  FOR account IN SELECT * FROM mcp.user_accounts WHERE id = ANY (due) ORDER BY id FOR UPDATE LOOP
    paid := least(account.credits_debt, account.credits_purchased, account.credits_balance - account.credits_held);
    CONTINUE WHEN paid <= 0;
    PERFORM mcp.post_movement(account.id, 'debt_paid', 0, -paid, -paid, NULL, NULL, 'Paid what the account owed', 'system');
    collected := collected + 1;
  END LOOP;
  RETURN NEXT;
END $$;

-- A larger allocation counts now: what the month has been given so far is topped up to it. A smaller one counts from the
-- next month. What a month was given is remembered, so going down and up again gives nothing twice. No row: no such account.
CREATE OR REPLACE FUNCTION mcp.change_tier(account_id bigint, tier text, allocation bigint, changed_by text, tiers jsonb)
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
  SELECT a.credits_balance - mcp.unposted_of(a.id), a.credits_balance - a.credits_held INTO balance, available
  FROM mcp.user_accounts a WHERE a.id = account_id;
  RETURN NEXT;
END $$;

-- Gives at most so many accounts what their tier gives now and did not when their month began or they came to it. Says how many were
-- found beside how many still lacked it once they were locked.
CREATE OR REPLACE FUNCTION mcp.raise_allocations(most int, tiers jsonb) RETURNS TABLE (due int, raised int) LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  ids bigint[] := ARRAY(
    SELECT a.id FROM jsonb_each_text(tiers) t CROSS JOIN LATERAL (
      SELECT u.id FROM mcp.user_accounts u
      WHERE u.is_active AND u.credits_tier = t.key AND u.credits_monthly_allocation < t.value::bigint LIMIT most
    ) a LIMIT most);
  account record;
BEGIN
  due := cardinality(ids);
  raised := 0;
  FOR account IN
    SELECT u.id, u.credits_tier AS tier, (tiers ->> u.credits_tier)::bigint AS allocation FROM mcp.user_accounts u
    WHERE u.id = ANY (ids) AND u.is_active AND u.credits_monthly_allocation < (tiers ->> u.credits_tier)::bigint
    ORDER BY u.id FOR UPDATE
  LOOP
    PERFORM mcp.change_tier(account.id, account.tier, account.allocation, 'system', tiers);
    raised := raised + 1;
  END LOOP;
  RETURN NEXT;
END $$;
