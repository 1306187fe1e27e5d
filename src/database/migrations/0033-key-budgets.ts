import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Budgets of API keys: credits that a key's calls may charge in a period. A budget has an id, which a key's successor has, too, and calls are
 * recorded with; posting counts by day what they charge. The day "-infinity" is the sum of those that no period needs any more.
 */
export class KeyBudgets33 implements MigrationInterface {
  readonly name = 'KeyBudgets1700000000033';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.api_keys
        ADD COLUMN credit_budget integer CHECK (credit_budget > 0),
        ADD COLUMN budget_period text CHECK (budget_period IN ('day', 'week', 'month', 'never')),
        ADD COLUMN budget_id uuid,
        ADD CONSTRAINT budget_is_whole CHECK (num_nonnulls(credit_budget, budget_period, budget_id) IN (0, 3));
      CREATE OR REPLACE TRIGGER api_keys_changed
        AFTER UPDATE OF hmac, user_id, name, scopes, allowed_tools, rate_limit_per_hour, is_active, expires_at,
          credit_budget, budget_period, budget_id ON mcp.api_keys
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_key_change();
      CREATE TABLE mcp.budget_spend (
        budget_id uuid NOT NULL,
        day date NOT NULL,
        credits bigint NOT NULL CHECK (credits > 0),
        PRIMARY KEY (budget_id, day)
      ) WITH (fillfactor = 50);
      CREATE INDEX budget_spend_days ON mcp.budget_spend (day) WHERE day > '-infinity';
      ALTER TABLE mcp.usage_outbox ADD COLUMN budget_id uuid;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.usage_outbox DROP COLUMN budget_id;
      DROP TABLE mcp.budget_spend;
      CREATE OR REPLACE TRIGGER api_keys_changed
        AFTER UPDATE OF hmac, user_id, name, scopes, allowed_tools, rate_limit_per_hour, is_active, expires_at ON mcp.api_keys
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_key_change();
      ALTER TABLE mcp.api_keys DROP COLUMN credit_budget, DROP COLUMN budget_period, DROP COLUMN budget_id;
    `);
  }
}
