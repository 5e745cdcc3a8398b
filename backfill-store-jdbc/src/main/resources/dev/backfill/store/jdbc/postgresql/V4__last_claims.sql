-- When a job was claimed last, for whose turn it is: users take turns by when they were served. No checkpoint changes it.

alter table ${flyway:defaultSchema}.${prefix}job add column claimed_at bigint;

create index ${prefix}job_served on ${flyway:defaultSchema}.${prefix}job (user_id, claimed_at);
