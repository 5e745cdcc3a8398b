package dev.backfill.testkit.contract;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.Waiting;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.WantedState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs for the contracts of the store; times are whole milliseconds, which every database keeps. */
final class StoredJobs {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07.890Z");
    static final Duration AGE_STEP = Duration.ofMinutes(5);

    private StoredJobs() {}

    static JobRecord job(String id, String user, String account) {
        return job(id, user, account, BackfillRequest.DEFAULT_PRIORITY, NOW);
    }

    static JobRecord job(String id, String user, String account, int priority, Instant created) {
        BackfillRequest request = BackfillRequest.builder("scripted", account)
                .priority(priority)
                .build()
                .withDefaults(100, 100);
        return JobRecord.queued(new JobId(id), ref(user, account), request, created, null);
    }

    static AccountRef ref(String user, String account) {
        return new AccountRef(UserId.of(user), "scripted", account);
    }

    /** A new job whose request says something in every field. */
    static JobRecord richJob(String id) {
        BackfillRequest request = BackfillRequest.builder("scripted", "räksmörgås@example.org")
                .from(Instant.parse("2001-02-03T04:05:06Z"))
                .to(Instant.parse("2025-12-31T23:59:59Z"))
                .folders(List.of("inbox", "Projekte/Ärger \"&\" Co", "日本語"))
                .batchSize(77)
                .rateLimit(88)
                .includeAttachments(true)
                .rawMime(true)
                .includeDeleted(true)
                .maxEmails(5_000_000_000L)
                .priority(9)
                .dailyShare(0.25)
                .pin(false)
                .build();
        UserId user = UserId.of("tenant 7 / Ünal");
        AccountRef account = new AccountRef(user, "scripted", request.account());
        return JobRecord.queued(new JobId(id), account, request, NOW, new JobId("the-job-before"));
    }

    /** The job with another value in every field that can change. */
    static JobRecord changedThroughout(JobRecord job) {
        return job.toBuilder()
                .state(JobState.FAILED)
                .wanted(WantedState.PAUSE)
                .epoch(job.epoch() + 3)
                .owner("instance-b")
                .mailboxKey("mailbox-77")
                .upperBound(NOW.minusSeconds(10).truncatedTo(java.time.temporal.ChronoUnit.SECONDS))
                .phase(JobRecord.Phase.DRAINING)
                .counts(new JobCounts(6_000_000_000L, 5_999_999_990L, 7, 3))
                .total(6_000_000_001L)
                .totalKind(CountKind.ESTIMATE)
                .apiCalls(12_345_678_901L)
                .retries(17)
                .worked(Duration.ofMillis(86_400_001))
                .throttled(Duration.ofMillis(1_234))
                .times(new JobRecord.JobTimes(
                        job.times().created(),
                        NOW.plusSeconds(1),
                        NOW.plusSeconds(2),
                        NOW.plusSeconds(3),
                        NOW.plusSeconds(4),
                        NOW.plusSeconds(5),
                        NOW.plusSeconds(6),
                        NOW.plusSeconds(7)))
                .waiting(new Waiting(Waiting.Reason.PARKED, NOW.plusSeconds(8)))
                .limited(true)
                .failure(new JobRecord.JobError("INCOMPLETE", "Two messages are missing: ä, \"quoted\", 100 %."))
                .notes(List.of(
                        new JobNote("FOLDER_SKIPPED", "folder-ü", "ErrorAccessDenied"),
                        new JobNote("PIN_EXPIRED", "", "")))
                .bulkId("bulk-7")
                .deletionsUnknownSince(NOW.minusSeconds(86_400))
                .build();
    }

    static JobRecord state(JobRecord job, JobState state) {
        return job.toBuilder().state(state).build();
    }

    static JobRecord notBefore(JobRecord job, @Nullable Instant time) {
        JobRecord.JobTimes times = job.times();
        return job.toBuilder()
                .times(new JobRecord.JobTimes(
                        times.created(),
                        times.queued(),
                        time,
                        times.started(),
                        times.ended(),
                        times.paused(),
                        times.resumed(),
                        times.progressed()))
                .build();
    }

    static JobRecord mailbox(JobRecord job, String key) {
        return job.toBuilder().mailboxKey(key).build();
    }

    static JobRecord countCall(JobRecord job) {
        return job.toBuilder().apiCalls(job.apiCalls() + 1).build();
    }

    static Lease insertAndClaim(JobStore store, JobRecord job) {
        store.insert(job);
        return claim(store, job.id());
    }

    static Lease claim(JobStore store, JobId id) {
        return store.claim(id, "instance-a", NOW, JobLimits.NONE)
                .orElseThrow(() -> new AssertionError("job " + id + " could not be claimed"));
    }

    static JobRecord found(JobStore store, JobId id) {
        return store.find(id).orElseThrow(() -> new AssertionError("job " + id + " is not there"));
    }
}
