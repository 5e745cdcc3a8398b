package dev.backfill.store.jdbc;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.time.Instant;

/** Jobs for the tests of the stores. */
final class StoreJobs {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07.890Z");

    private StoreJobs() {}

    static JobRecord job(String id, String user, String account) {
        return job(id, user, account, NOW);
    }

    static JobRecord job(String id, String user, String account, Instant created) {
        BackfillRequest request =
                BackfillRequest.builder("scripted", account).build().withDefaults(100, 100);
        return JobRecord.queued(
                new JobId(id), new AccountRef(UserId.of(user), "scripted", account), request, created, null);
    }
}
