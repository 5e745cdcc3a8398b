-- Jobs, what hangs on them, schedules, and the executions of the queue. Ids sort by their bytes, as everywhere else.
-- Times are microseconds since 1970 in UTC, durations nanoseconds, flags 0 or 1. No content, address of mail's people or token.

create table ${flyway:defaultSchema}.${prefix}job (
    id text collate "C" primary key,
    user_id text collate "C" not null,
    provider text collate "C" not null,
    account text collate "C" not null,
    request text not null,
    priority integer not null,
    state text collate "C" not null,
    wanted text collate "C" not null,
    epoch bigint not null,
    owner text,
    mailbox_key text collate "C",
    upper_bound bigint,
    phase text not null,
    listed bigint not null,
    published bigint not null,
    skipped bigint not null,
    failed bigint not null,
    total bigint not null,
    total_kind text not null,
    api_calls bigint not null,
    retries bigint not null,
    worked bigint not null,
    throttled bigint not null,
    created_at bigint not null,
    queued_at bigint not null,
    not_before bigint,
    started_at bigint,
    ended_at bigint,
    paused_at bigint,
    resumed_at bigint,
    progressed_at bigint,
    waiting_reason text,
    waiting_until bigint,
    limited integer not null,
    failure_code text,
    failure_message text,
    notes text not null,
    retry_of text collate "C",
    bulk_id text collate "C",
    deletions_unknown_since bigint
) with (fillfactor = 70);

-- The two rules that no change gets around: one active job an account, one RUNNING job a mailbox
create unique index ${prefix}job_active on ${flyway:defaultSchema}.${prefix}job (user_id, provider, account)
    where state in ('queued', 'running', 'paused');
create unique index ${prefix}job_mailbox on ${flyway:defaultSchema}.${prefix}job (provider, mailbox_key)
    where state = 'running' and mailbox_key is not null;

-- Lists, newest first. No index holds what a checkpoint changes, so that checkpoints stay cheap
create index ${prefix}job_newest on ${flyway:defaultSchema}.${prefix}job (created_at, id);
create index ${prefix}job_of_user on ${flyway:defaultSchema}.${prefix}job (user_id, created_at, id);
create index ${prefix}job_of_state on ${flyway:defaultSchema}.${prefix}job (state, created_at, id);
create index ${prefix}job_of_account on ${flyway:defaultSchema}.${prefix}job (account, provider, user_id, created_at, id);
create index ${prefix}job_of_bulk on ${flyway:defaultSchema}.${prefix}job (bulk_id, created_at, id) where bulk_id is not null;

-- Who runs next, without a look at the rows themselves
create index ${prefix}job_queue on ${flyway:defaultSchema}.${prefix}job (wanted, user_id, priority, queued_at, id, not_before, provider, mailbox_key)
    where state = 'queued';
create index ${prefix}job_running on ${flyway:defaultSchema}.${prefix}job (user_id) where state = 'running';

create table ${flyway:defaultSchema}.${prefix}partition (
    job_id text collate "C" not null references ${flyway:defaultSchema}.${prefix}job (id) on delete cascade,
    partition_id text collate "C" not null,
    ordinal integer not null,
    kind text not null,
    scope text not null,
    from_at bigint,
    to_at bigint,
    token text,
    position text not null,
    done integer not null,
    walk integer not null,
    walk_listed bigint not null,
    walk_published bigint not null,
    walk_skipped bigint not null,
    walk_failed bigint not null,
    listed bigint not null,
    published bigint not null,
    skipped bigint not null,
    failed bigint not null,
    primary key (job_id, partition_id)
) with (fillfactor = 70);

create table ${flyway:defaultSchema}.${prefix}pin (
    job_id text collate "C" not null references ${flyway:defaultSchema}.${prefix}job (id) on delete cascade,
    scope text collate "C" not null,
    token text not null,
    primary key (job_id, scope)
);

create table ${flyway:defaultSchema}.${prefix}failure (
    job_id text collate "C" not null references ${flyway:defaultSchema}.${prefix}job (id) on delete cascade,
    number bigint not null,
    scope text not null,
    message_id text,
    from_at bigint,
    to_at bigint,
    stage text not null,
    kind text not null,
    reason text not null,
    failed_at bigint not null,
    primary key (job_id, number)
);

create table ${flyway:defaultSchema}.${prefix}schedule (
    id text collate "C" primary key,
    user_id text collate "C" not null,
    provider text collate "C" not null,
    account text collate "C" not null,
    request text not null,
    cron text,
    zone text,
    delay bigint,
    paused integer not null,
    created_at bigint not null,
    next_at bigint not null,
    last_job text,
    last_skipped_at bigint
);

create index ${prefix}schedule_newest on ${flyway:defaultSchema}.${prefix}schedule (created_at, id);
create index ${prefix}schedule_of_user on ${flyway:defaultSchema}.${prefix}schedule (user_id, created_at, id);
create index ${prefix}schedule_due on ${flyway:defaultSchema}.${prefix}schedule (paused, next_at, id);

-- The columns that db-scheduler 16 asks for
create table ${flyway:defaultSchema}.${prefix}scheduled_tasks (
    task_name text collate "C" not null,
    task_instance text collate "C" not null,
    task_data bytea,
    execution_time timestamp with time zone not null,
    picked boolean not null,
    picked_by text,
    last_success timestamp with time zone,
    last_failure timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat timestamp with time zone,
    version bigint not null,
    priority smallint,
    primary key (task_name, task_instance)
);

create index ${prefix}scheduled_tasks_due on ${flyway:defaultSchema}.${prefix}scheduled_tasks (execution_time);
create index ${prefix}scheduled_tasks_alive on ${flyway:defaultSchema}.${prefix}scheduled_tasks (last_heartbeat);
