-- Budgets of whole apps and projects, a row each: what was drawn and still counts, as BudgetGrants writes it.

create table ${prefix}budget (
    budget_key text primary key,
    grants text not null
);
