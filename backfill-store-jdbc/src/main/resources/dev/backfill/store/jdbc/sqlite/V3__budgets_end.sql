-- When a budget's row can go: once nothing of it counts any more, in microseconds since 1970. Rows from before stay until they are used.

alter table ${prefix}budget add column free_at bigint not null default 0;

update ${prefix}budget set free_at = 9223372036854775807;
