-- Budgets of API keys (docs/adr/0026-budgets-of-keys.md).

-- What calls have charged to budgets, each since the beginning of a day in UTC: what is posted, and what the outbox has of it beside, as of one
-- moment. A call counts when it began. "seen": the number of the last statement of the replica that is part of it.
CREATE OR REPLACE FUNCTION mcp.budgets_spent(budget_ids uuid[], since date[], replica int)
RETURNS TABLE (place bigint, spent bigint, seen bigint) LANGUAGE sql STABLE AS $$
  WITH unposted AS MATERIALIZED (
    SELECT o.budget_id, o.created_at, o.charge
    FROM mcp.usage_positions p
    JOIN mcp.usage_outbox o ON o.appended_at >= p.since AND o.tx >= p.tx AND (o.tx, o.seq) > (p.tx, p.seq)
    WHERE p.name = 'posted' AND o.budget_id = ANY (budget_ids)
  )
  SELECT a.place, (
      coalesce((SELECT sum(s.credits) FROM mcp.budget_spend s WHERE s.budget_id = a.id AND s.day >= a.day), 0)
      + coalesce((SELECT sum(u.charge) FROM unposted u
                  WHERE u.budget_id = a.id AND u.created_at >= a.day::timestamp AT TIME ZONE 'UTC'), 0)
    )::bigint,
    coalesce((SELECT r.last_batch FROM mcp.replicas r WHERE r.id = replica), 0)
  FROM ROWS FROM (unnest(budget_ids), unnest(since)) WITH ORDINALITY AS a (id, day, place)
$$;

-- Sums up at most so many days that no day, week or month has any more in one row of each budget, since budgets for all time need their sum.
-- Says how many it were. Periods are of the gateways' clocks, so a day more is left than a week that began in the month before needs.
CREATE OR REPLACE FUNCTION mcp.fold_budget_spend(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  folded int;
BEGIN
  WITH old AS (
    DELETE FROM mcp.budget_spend WHERE (budget_id, day) IN (
      SELECT budget_id, day FROM mcp.budget_spend
      WHERE day > '-infinity' AND day < date_trunc('month', mcp.ledger_time() AT TIME ZONE 'UTC')::date - 8
      ORDER BY budget_id, day LIMIT most FOR UPDATE SKIP LOCKED
    ) RETURNING budget_id, credits
  ), summed AS (
    INSERT INTO mcp.budget_spend AS s (budget_id, day, credits)
    SELECT budget_id, '-infinity', sum(credits) FROM old GROUP BY 1
    ON CONFLICT (budget_id, day) DO UPDATE SET credits = s.credits + excluded.credits
  )
  SELECT count(*) INTO folded FROM old;
  RETURN folded;
END $$;
