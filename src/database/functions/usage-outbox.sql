-- Two read the outbox in order, each behind a position of its own: posting and delivery.

-- When a row is appended: now, but not before either of them looks. A clock that was set back would put rows where nobody looks any more.
CREATE OR REPLACE FUNCTION mcp.append_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT greatest(clock_timestamp(), (SELECT max(greatest(since, next_since)) FROM mcp.usage_positions))
$$;

-- Posting: what the outbox says of priced calls enters the ledger and the accounts, once and in order
-- (docs/adr/0021-leases-and-posting.md).

-- Posts at most so many rows of the outbox and says how many it was: fewer than "most" when all that is settled is posted, and −1 when
-- one of them cannot be: then fewer are to be tried. One alone that cannot be posted, since somebody has changed an account by hand,
-- holds nobody else up: it becomes a shortfall, and what its lease holds for it comes back with the lease. A row is settled once no
-- earlier transaction can commit any more, so that nothing appears behind the position. The position's row is the lock: one posts at a
-- time, and moves it with what it posts. How it is planned: credit-bookings.sql.
CREATE OR REPLACE FUNCTION mcp.post_usage(most int) RETURNS int LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
DECLARE
  place mcp.usage_positions;
  looked_at timestamptz := clock_timestamp();
  first_running xid8;
  last_tx xid8;
  last_seq bigint;
  found int;
  accounts bigint[];
BEGIN
  SELECT * INTO STRICT place FROM mcp.usage_positions WHERE name = 'posted';
  IF place.next_since > looked_at - interval '1 minute' AND NOT EXISTS (
    SELECT FROM mcp.usage_outbox WHERE appended_at >= place.since AND tx >= place.tx AND (tx, seq) > (place.tx, place.seq)
  ) THEN RETURN 0; END IF; -- without a write, four times a second
  SELECT * INTO STRICT place FROM mcp.usage_positions WHERE name = 'posted' FOR UPDATE;
  first_running := pg_snapshot_xmin(pg_current_snapshot());
  SELECT count(*), (array_agg(tx ORDER BY tx DESC, seq DESC))[1], (array_agg(seq ORDER BY tx DESC, seq DESC))[1],
    array_agg(DISTINCT account_id) FILTER (WHERE account_id IS NOT NULL)
  INTO found, last_tx, last_seq, accounts
  FROM (
    SELECT tx, seq, account_id FROM mcp.usage_outbox
    WHERE appended_at >= place.since AND tx >= place.tx AND (tx, seq) > (place.tx, place.seq) AND tx < first_running
    ORDER BY tx, seq LIMIT most
  ) AS settled;
  BEGIN
    IF accounts IS NOT NULL THEN PERFORM mcp.post_charges(place, last_tx, last_seq, accounts); END IF;
  EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
    IF found > 1 THEN RETURN -1; END IF;
    RAISE WARNING 'A charge cannot be posted: %', SQLERRM;
    INSERT INTO mcp.credit_shortfalls (event_id, account_id, amount, called_at)
    SELECT event_id, account_id, charge, created_at FROM mcp.usage_outbox
    WHERE appended_at >= place.since AND (tx, seq) = (last_tx, last_seq) AND charge > 0 ON CONFLICT DO NOTHING;
  END;
  IF found > 0 THEN UPDATE mcp.usage_positions SET tx = last_tx, seq = last_seq WHERE name = 'posted'; END IF;
  PERFORM mcp.note_look('posted', looked_at, CASE WHEN found < most THEN first_running END);
  RETURN found;
END $$;

-- After a look: from when on rows are looked for, moved once a minute. What was appended before a look was begun by transactions with
-- lower numbers than the look's own, which it got after it had read the clock. So all of that is behind the position when the position has
-- come to that number, as it does while there are always rows; or when a look found that all is behind it which came before the first
-- transaction that runs, as it does when there are none (else "first_running" is null). The upper end of a snapshot would not do:
-- transactions beyond it may run.
CREATE OR REPLACE FUNCTION mcp.note_look(position_name text, looked_at timestamptz, first_running xid8) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE mcp.usage_positions SET
    since = coalesce(next_since, since), next_since = looked_at, next_tx = pg_current_xact_id()
  WHERE name = position_name
    AND (next_tx IS NULL OR (next_tx <= tx OR next_tx <= first_running) AND next_since < looked_at - interval '1 minute');
END $$;

-- The rows from a position up to and including another, of these accounts.
CREATE OR REPLACE FUNCTION mcp.post_charges(place mcp.usage_positions, last_tx xid8, last_seq bigint, accounts bigint[]) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off SET plan_cache_mode TO force_generic_plan AS $$
DECLARE
  posted_at timestamptz;
BEGIN
  PERFORM 1 FROM mcp.user_accounts WHERE id = ANY (accounts) ORDER BY id FOR UPDATE;
  posted_at := mcp.ledger_time();
  PERFORM mcp.add_charges_month(posted_at);
  WITH item AS MATERIALIZED (
    SELECT tx, seq, appended_at, created_at, account_id, replica_id, event_id, charge, uncharged, budget_id,
      sum(charge) OVER (PARTITION BY account_id ORDER BY tx, seq ROWS UNBOUNDED PRECEDING) AS spent
    FROM mcp.usage_outbox
    WHERE appended_at >= place.since AND tx >= place.tx AND (tx, seq) > (place.tx, place.seq) AND (tx, seq) <= (last_tx, last_seq)
      AND account_id IS NOT NULL
  ), charges AS (
    INSERT INTO mcp.credit_charges (id, account_id, event_id, amount, allocation_amount, balance_after, called_at, created_at)
    SELECT nextval('mcp.user_credit_transactions_id_seq'), account_id, event_id, charge,
      least(charge, greatest(allocation - (spent - charge), 0)), balance - spent, created_at, posted_at
    FROM (
      SELECT i.*, a.credits_balance AS balance, a.credits_allocation AS allocation
      FROM item i JOIN mcp.user_accounts a ON a.id = i.account_id WHERE charge > 0 ORDER BY tx, seq
    ) AS entry
  ), shortfalls AS (
    INSERT INTO mcp.credit_shortfalls (event_id, account_id, amount, called_at)
    SELECT event_id, account_id, uncharged, created_at FROM item WHERE uncharged IS NOT NULL
  ), budgets AS (
    INSERT INTO mcp.budget_spend AS b (budget_id, day, credits)
    SELECT budget_id, (created_at AT TIME ZONE 'UTC')::date, sum(charge) FROM item
    WHERE budget_id IS NOT NULL AND charge > 0 GROUP BY 1, 2
    ON CONFLICT (budget_id, day) DO UPDATE SET credits = b.credits + excluded.credits
  ), moved AS (
    UPDATE mcp.user_accounts a SET
      credits_balance = a.credits_balance - s.spent,
      credits_allocation = greatest(a.credits_allocation - s.spent, 0),
      credits_purchased = a.credits_purchased - greatest(s.spent - a.credits_allocation, 0),
      credits_held = a.credits_held - s.spent,
      total_tool_calls = a.total_tool_calls + s.calls,
      total_credits_used = a.total_credits_used + s.spent,
      last_connected_at = greatest(a.last_connected_at, s.last_at), updated_at = posted_at
    FROM (SELECT account_id, sum(charge)::bigint AS spent, count(*) AS calls, max(appended_at) AS last_at FROM item GROUP BY 1) AS s
    WHERE a.id = s.account_id
  )
  UPDATE mcp.credit_leases l SET amount = l.amount - s.spent
  FROM (SELECT account_id, replica_id, sum(charge)::bigint AS spent FROM item GROUP BY 1, 2 HAVING sum(charge) > 0) AS s
  WHERE l.account_id = s.account_id AND l.replica_id = s.replica_id;
END $$;

-- The outbox's table of an hour, which goes as a whole once it is no longer needed.
CREATE OR REPLACE FUNCTION mcp.add_outbox_hour(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  hour timestamptz := date_trunc('hour', at, 'UTC');
BEGIN
  EXECUTE format('CREATE TABLE IF NOT EXISTS mcp.%I PARTITION OF mcp.usage_outbox FOR VALUES FROM (%L) TO (%L)',
    'usage_outbox_' || to_char(hour AT TIME ZONE 'UTC', 'YYYYMMDDHH24'), hour, hour + interval '1 hour');
END $$;

-- The table of a month's charges.
CREATE OR REPLACE FUNCTION mcp.add_charges_month(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month timestamptz := date_trunc('month', at, 'UTC');
  part text := 'credit_charges_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
  IF to_regclass('mcp.' || part) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS mcp.%I PARTITION OF mcp.credit_charges FOR VALUES FROM (%L) TO (%L)',
    part, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  EXECUTE format('CREATE OR REPLACE TRIGGER charges_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.%I
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_charge_change()', part);
END $$;

-- Delivery: where the next batch ends, of at most so many rows and bytes, but at least one row. No row: nothing is settled.
CREATE OR REPLACE FUNCTION mcp.next_usage_batch(most_rows int, most_bytes bigint) RETURNS TABLE (last_tx xid8, last_seq bigint)
LANGUAGE plpgsql
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
  place mcp.usage_positions;
  looked_at timestamptz := clock_timestamp();
  first_running xid8;
  found int;
BEGIN
  SELECT * INTO STRICT place FROM mcp.usage_positions WHERE name = 'delivered';
  first_running := pg_snapshot_xmin(pg_current_snapshot());
  SELECT (array_agg(tx ORDER BY tx DESC, seq DESC))[1], (array_agg(seq ORDER BY tx DESC, seq DESC))[1], count(*)
  INTO last_tx, last_seq, found
  FROM (
    SELECT tx, seq, size, sum(size) OVER (ORDER BY tx, seq) AS total FROM (
      SELECT tx, seq, octet_length(body) + 1 AS size FROM mcp.usage_outbox
      WHERE appended_at >= place.since AND tx >= place.tx AND (tx, seq) > (place.tx, place.seq) AND tx < first_running
      ORDER BY tx, seq LIMIT most_rows
    ) AS settled
  ) AS sized WHERE total <= most_bytes OR total = size;
  PERFORM mcp.note_look('delivered', looked_at, CASE WHEN found = 0 THEN first_running END);
  IF found > 0 THEN RETURN NEXT;
  END IF;
END $$;

-- Counts the rows of a delivered batch, as far as they were not rejected: by user, and by the hour of the call for who asks ClickHouse
-- later whether it still has them. What is counted is found as text, as a row need not be JSON to be rejected; inside a JSON
-- string its quotes would be escaped. A priced call that waited when counting began has been counted by its account (migration 0017).
CREATE OR REPLACE FUNCTION mcp.count_delivered_usage(last_tx xid8, last_seq bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH delivered AS MATERIALIZED (
    SELECT seq, created_at, body, appended_at FROM mcp.undelivered_usage u
    WHERE (tx, seq) <= (last_tx, last_seq)
      AND NOT EXISTS (SELECT FROM mcp.usage_rejected AS r WHERE r.tx = u.tx AND r.seq = u.seq)
  ), hours AS (
    INSERT INTO mcp.usage_hours AS h (hour, calls, credits, id_sum, first_appended_at, last_appended_at)
      SELECT date_trunc('hour', created_at, 'UTC'), count(*), coalesce(sum(mcp.charge_in(body)), 0), coalesce(sum(mcp.id_bits_in(body)), 0),
        min(appended_at), max(appended_at)
      FROM delivered GROUP BY 1
    ON CONFLICT (hour) DO UPDATE
      SET calls = h.calls + excluded.calls, credits = h.credits + excluded.credits, id_sum = h.id_sum + excluded.id_sum,
        first_appended_at = least(h.first_appended_at, excluded.first_appended_at),
        last_appended_at = greatest(h.last_appended_at, excluded.last_appended_at)
  )
  INSERT INTO mcp.usage_counts AS c (user_id, calls)
    SELECT user_id, count(*) FROM (
      SELECT mcp.user_in(body) AS user_id FROM delivered
      WHERE seq > (SELECT counted_until FROM mcp.usage_totals) OR body !~ '"credits_cost": ?[1-9]'
    ) AS counted WHERE user_id IS NOT NULL GROUP BY user_id
  ON CONFLICT (user_id) DO UPDATE SET calls = c.calls + excluded.calls;
END $$;

-- The beginning of what follows a member's name. Only that is matched: patterns over whole rows took more than half of delivery's time.
CREATE OR REPLACE FUNCTION mcp.text_after(name text, body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN strpos(body, name) > 0 THEN substr(body, strpos(body, name) + length(name), 100) END
$$;

CREATE OR REPLACE FUNCTION mcp.charge_in(body text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT substring(mcp.text_after('"credits_charged":', body) FROM '^ ?([0-9]+)')::bigint
$$;

CREATE OR REPLACE FUNCTION mcp.user_in(body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT substring(mcp.text_after('"user_id":', body) FROM '^ ?"([^"]*)"')
$$;

-- The first 32 bits of a call's id.
CREATE OR REPLACE FUNCTION mcp.id_bits_in(body text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT ('x' || substring(mcp.text_after('"id":', body) FROM '^ ?"([0-9a-f]{8})-'))::bit(32)::bigint
$$;

-- Of the calls of an hour, those that were delivered and not rejected, in order, from behind a place: what ClickHouse must have. Only the
-- tables of the hours in which they were appended are read, which the planner must know beforehand, and from the place on in the order of
-- the index, since each page of an hour asks again.
CREATE OR REPLACE FUNCTION mcp.delivered_calls(call_hour timestamptz, after_tx xid8, after_seq bigint, most int)
RETURNS TABLE (tx xid8, seq bigint, body text) LANGUAGE plpgsql STABLE
SET enable_seqscan TO off SET enable_bitmapscan TO off SET enable_sort TO off AS $$
#variable_conflict use_column
DECLARE
  place mcp.usage_positions;
  hours mcp.usage_hours;
BEGIN
  SELECT * INTO STRICT place FROM mcp.usage_positions WHERE name = 'delivered';
  SELECT * INTO hours FROM mcp.usage_hours WHERE hour = call_hour;
  RETURN QUERY EXECUTE
    'SELECT o.tx, o.seq, o.body FROM mcp.usage_outbox o
     WHERE (o.tx, o.seq) <= ($1, $2) AND (o.tx, o.seq) > ($3, $4) AND o.appended_at BETWEEN $5 AND $6
       AND o.created_at >= $7 AND o.created_at < $7 + interval ''1 hour''
       AND NOT EXISTS (SELECT FROM mcp.usage_rejected AS r WHERE r.tx = o.tx AND r.seq = o.seq)
     ORDER BY o.tx, o.seq LIMIT $8'
  USING place.tx, place.seq, after_tx, after_seq, hours.first_appended_at, hours.last_appended_at, call_hour, most;
END $$;

-- The tables of the outbox whose hour ended before a moment and holds nothing that is still to be posted or delivered.
CREATE OR REPLACE FUNCTION mcp.finished_outbox_hours(before timestamptz) RETURNS TABLE (part text) LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'mcp.usage_outbox'::regclass
    AND to_timestamp(right(c.relname, 10) || '+00', 'YYYYMMDDHH24TZH') + interval '1 hour'
      <= least(before, (SELECT min(since) FROM mcp.usage_positions))
  ORDER BY 1
$$;

-- Live calls: what is settled behind a place, in order. It may lie behind delivery's own place, but by less than an hour of calls: tables
-- of earlier hours are not read. How it is planned: `mcp.delivered_calls`.
CREATE OR REPLACE FUNCTION mcp.settled_calls(after_tx xid8, after_seq bigint, most int) RETURNS TABLE (tx xid8, seq bigint, body text)
LANGUAGE sql STABLE SET enable_seqscan TO off SET enable_bitmapscan TO off SET enable_sort TO off AS $$
  SELECT o.tx, o.seq, o.body FROM mcp.usage_outbox o
  WHERE o.appended_at >= (SELECT since - interval '1 hour' FROM mcp.usage_positions WHERE name = 'delivered')
    AND o.tx >= after_tx AND (o.tx, o.seq) > (after_tx, after_seq) AND o.tx < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY o.tx, o.seq LIMIT most
$$;

-- Live calls: the last ones between two places, in order, of a user or (null) of everybody, and how many were looked at for them.
CREATE OR REPLACE FUNCTION mcp.calls_between(after_tx xid8, after_seq bigint, last_tx xid8, last_seq bigint, most int, of_user text)
RETURNS TABLE (looked_at bigint, tx xid8, seq bigint, body text)
LANGUAGE sql STABLE SET enable_seqscan TO off SET enable_bitmapscan TO off AS $$
  WITH between_them AS MATERIALIZED (
    SELECT o.tx, o.seq, o.body FROM mcp.usage_outbox o
    WHERE o.tx >= after_tx AND (o.tx, o.seq) > (after_tx, after_seq) AND o.tx <= last_tx AND (o.tx, o.seq) <= (last_tx, last_seq)
    ORDER BY o.tx DESC, o.seq DESC LIMIT most
  )
  SELECT (SELECT count(*) FROM between_them), b.tx, b.seq, b.body
  FROM (SELECT 1) AS always LEFT JOIN between_them b ON of_user IS NULL OR mcp.user_in(b.body) = of_user
  ORDER BY b.tx, b.seq
$$;

-- After a restore into another cluster, whose transactions count from the beginning: rows that are posted or delivered get numbers
-- before all others. Whoever asks holds the deliverer's lock; posting waits meanwhile.
CREATE OR REPLACE FUNCTION mcp.adopt_restored_usage() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lower mcp.usage_positions;
  upper mcp.usage_positions;
  now_tx xid8 := pg_current_xact_id();
BEGIN
  PERFORM 1 FROM mcp.usage_positions ORDER BY name FOR UPDATE;
  SELECT * INTO STRICT lower FROM mcp.usage_positions ORDER BY tx, seq LIMIT 1;
  SELECT * INTO STRICT upper FROM mcp.usage_positions ORDER BY tx DESC, seq DESC LIMIT 1;
  IF upper.tx <= now_tx AND NOT EXISTS (SELECT FROM mcp.usage_outbox WHERE tx > now_tx) THEN RETURN; END IF;
  UPDATE mcp.usage_outbox SET tx = CASE
    WHEN (tx, seq) <= (lower.tx, lower.seq) THEN '1'::xid8 WHEN (tx, seq) <= (upper.tx, upper.seq) THEN '2' ELSE now_tx END;
  UPDATE mcp.usage_positions SET tx = CASE WHEN (tx, seq) = (lower.tx, lower.seq) THEN '2'::xid8 ELSE '3' END, seq = 0,
    since = coalesce((SELECT date_trunc('hour', min(appended_at), 'UTC') FROM mcp.usage_outbox), date_trunc('hour', now(), 'UTC')),
    next_since = NULL, next_tx = NULL;
  DELETE FROM mcp.usage_batches;
END $$;
