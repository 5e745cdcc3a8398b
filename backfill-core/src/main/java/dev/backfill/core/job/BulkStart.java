package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.BulkResult;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Queues one job an account for one user, in few transactions. Used once, by one thread. */
final class BulkStart {
    private static final int ROWS_A_WRITE = 1_000;

    private final EngineManager manager;
    private final UserId user;
    private final String bulkId;
    private final List<JobId> accepted = new ArrayList<>();
    private final List<BulkResult.Rejection> rejected = new ArrayList<>();
    private final Map<String, JobRecord> waiting = new LinkedHashMap<>();

    BulkStart(EngineManager manager, UserId user) {
        this.manager = manager;
        this.user = user;
        this.bulkId =
                "bulk_" + HexFormat.of().toHexDigits(manager.scope().random().nextLong());
    }

    /**
     * Queues the jobs.
     *
     * @param accounts the accounts; one that is named twice is refused the second time
     * @param request what to read of each
     * @return what became of each account
     */
    BulkResult start(List<String> accounts, BackfillRequest request) {
        for (String account : accounts) {
            try {
                JobRecord row = row(request.toBuilder().account(account).build());
                JobRecord twin = waiting.putIfAbsent(account, row);
                if (twin != null) {
                    reject(account, new JobConflictException(twin.id()));
                }
            } catch (InvalidRequestException refused) {
                reject(account, refused);
            }
            if (waiting.size() == ROWS_A_WRITE) {
                store();
            }
        }
        store();
        return new BulkResult(bulkId, accepted, rejected);
    }

    private JobRecord row(BackfillRequest request) {
        Instant now = manager.scope().time().instant();
        JobId id = JobId.create(user, now, manager.scope().random());
        AccountRef account = new AccountRef(user, request.provider(), request.account());
        return JobRecord.queued(id, account, request, now, null).toBuilder()
                .bulkId(bulkId)
                .build();
    }

    private void store() {
        Map<JobId, JobConflictException> refused = manager.store().insertAll(List.copyOf(waiting.values()));
        waiting.forEach((account, row) -> {
            JobConflictException conflict = refused.get(row.id());
            if (conflict == null) {
                accepted.add(row.id());
                manager.listeners()
                        .tell(new JobEvent.StateChanged(manager.views().of(row), JobState.QUEUED));
            } else {
                reject(account, conflict);
            }
        });
        waiting.clear();
    }

    private void reject(String account, BackfillException reason) {
        rejected.add(new BulkResult.Rejection(account, reason));
    }
}
