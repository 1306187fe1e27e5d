import { Module } from '@nestjs/common';
import { BudgetsRepository } from './budgets.repository.js';
import { BudgetUses } from './budget-uses.service.js';

/** What is spent of budgets, for whoever shows it or holds calls to them. */
@Module({ providers: [BudgetsRepository, BudgetUses], exports: [BudgetsRepository, BudgetUses] })
export class BudgetsModule {}
