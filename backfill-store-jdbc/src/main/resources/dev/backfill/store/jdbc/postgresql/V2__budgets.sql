-- Budgets of whole apps and projects, a row each: what was drawn and still counts, as BudgetGrants writes it.

create table ${flyway:defaultSchema}.${prefix}budget (
    budget_key text collate "C" primary key,
    grants text not null
) with (fillfactor = 50);
