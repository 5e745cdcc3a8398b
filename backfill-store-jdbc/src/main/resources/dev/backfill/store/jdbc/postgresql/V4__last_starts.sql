-- When a user was served last, which says whose turn it is. A job's first start changes once, so that checkpoints stay cheap.

create index ${prefix}job_served on ${prefix}job (user_id, started_at);
