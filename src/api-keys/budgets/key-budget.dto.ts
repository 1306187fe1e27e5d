import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CREDIT_BUDGET_MAX } from '../../config/sections/bounds.js';
import { BUDGET_PERIODS, type BudgetPeriod } from '../../limits/credit-budget.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { NULL_TAKES_BACK } from '../../rest/validated-fields.js';

/** What changes of a key's budget; what is left out stays. */
@BodyExample<BudgetChangeDto>({ credit_budget: 500, budget_period: 'month' })
export class BudgetChangeDto {
  /** Credits that its calls may charge in a period; null takes the budget away. One that is given later counts from then on. */
  @Max(CREDIT_BUDGET_MAX)
  @Min(1)
  @IsInt()
  @IsOptional(NULL_TAKES_BACK)
  credit_budget?: number | null;

  /** When the budget begins anew, in UTC; `week`: on Mondays, `never`: it is for all time. Of a new budget by default `month`. */
  @IsIn(BUDGET_PERIODS)
  @IsOptional()
  budget_period?: BudgetPeriod;
}
