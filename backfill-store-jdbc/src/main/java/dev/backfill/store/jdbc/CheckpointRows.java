package dev.backfill.store.jdbc;

import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What hangs on a job: partitions, pins and failure rows. Each row is stored in place of the one with its key, so that a write
 * may be repeated whose answer was lost. Immutable and thread-safe.
 */
final class CheckpointRows {
    private final String putPartition;
    private final String putPin;
    private final String putFailure;
    private final String partitions;
    private final String pins;
    private final String failures;
    private final String failureCount;

    /**
     * Prepares the statements.
     *
     * @param tables where the rows are
     */
    CheckpointRows(Tables tables) {
        putPartition = put(
                tables.partition(),
                List.of("job_id", "partition_id"),
                List.of(
                        "ordinal",
                        "kind",
                        "scope",
                        "from_at",
                        "to_at",
                        "token",
                        "position",
                        "done",
                        "walk",
                        "walk_listed",
                        "walk_published",
                        "walk_skipped",
                        "walk_failed",
                        "listed",
                        "published",
                        "skipped",
                        "failed"));
        putPin = put(tables.pin(), List.of("job_id", "scope"), List.of("token"));
        putFailure = put(
                tables.failure(),
                List.of("job_id", "number"),
                List.of("scope", "message_id", "from_at", "to_at", "stage", "kind", "reason", "failed_at"));
        partitions = "select * from " + tables.partition() + " where job_id = ? order by ordinal";
        pins = "select scope, token from " + tables.pin() + " where job_id = ?";
        failures = "select * from " + tables.failure() + " where job_id = ? and number > ? order by number limit ?";
        failureCount = "select count(*) as n from " + tables.failure() + " where job_id = ?";
    }

    private static String put(String table, List<String> key, List<String> values) {
        String columns = String.join(", ", key) + ", " + String.join(", ", values);
        List<String> sets =
                values.stream().map(column -> column + " = excluded." + column).toList();
        return "insert into " + table + " (" + columns + ") values " + Session.marks(key.size() + values.size())
                + " on conflict (" + String.join(", ", key) + ") do update set " + String.join(", ", sets);
    }

    /** Stores what a run adds to its job. */
    void put(Session session, JobId id, Checkpoint checkpoint) throws SQLException {
        session.batch(putPartition, checkpoint.partitions(), (params, row) -> bindPartition(params, id, row));
        session.batch(
                putPin,
                checkpoint.pins().entrySet(),
                (params, pin) -> params.text(id.value()).text(pin.getKey()).text(pin.getValue()));
        session.batch(putFailure, checkpoint.failures(), (params, row) -> bindFailure(params, id, row));
    }

    private static void bindPartition(Params params, JobId id, PartitionRecord row) throws SQLException {
        Partition partition = row.partition();
        params.text(id.value())
                .text(partition.id())
                .number(row.ordinal())
                .text(JobRows.code(partition.kind()))
                .text(partition.scope())
                .time(partition.from())
                .time(partition.to())
                .text(partition.token())
                .text(row.position().value())
                .flag(row.done())
                .number(row.walk());
        JobRows.bindCounts(params, row.walkCounts());
        JobRows.bindCounts(params, row.counts());
    }

    private static void bindFailure(Params params, JobId id, FailureRecord row) throws SQLException {
        params.text(id.value())
                .number(row.number())
                .text(row.ref().scope())
                .text(row.ref().messageId())
                .time(row.ref().from())
                .time(row.ref().to())
                .text(JobRows.code(row.stage()))
                .text(JobRows.code(row.kind()))
                .text(row.reason())
                .time(row.at());
    }

    List<PartitionRecord> partitions(Session session, JobId id) throws SQLException {
        return session.query(partitions, params -> params.text(id.value()), CheckpointRows::partition);
    }

    private static PartitionRecord partition(Row row) throws SQLException {
        Partition partition = new Partition(
                row.text("partition_id"),
                JobRows.ofCode(Partition.Kind.class, row.text("kind")),
                row.text("scope"),
                row.timeOrNull("from_at"),
                row.timeOrNull("to_at"),
                row.textOrNull("token"));
        return new PartitionRecord(
                partition,
                row.integer("ordinal"),
                new Position(row.text("position")),
                row.flag("done"),
                row.integer("walk"),
                JobRows.counts(row, "walk_"),
                JobRows.counts(row, ""));
    }

    Map<String, String> pins(Session session, JobId id) throws SQLException {
        Map<String, String> tokens = new HashMap<>();
        session.query(
                pins,
                params -> params.text(id.value()),
                row -> tokens.put(row.text("scope"), row.text("token")) == null);
        return Map.copyOf(tokens);
    }

    List<FailureRecord> failures(Session session, JobId id, long after, int limit) throws SQLException {
        return session.query(
                failures,
                params -> params.text(id.value()).number(after).number(limit),
                row -> new FailureRecord(
                        row.number("number"),
                        new FailureRef(
                                row.text("scope"),
                                row.textOrNull("message_id"),
                                row.timeOrNull("from_at"),
                                row.timeOrNull("to_at")),
                        JobRows.ofCode(JobFailure.Stage.class, row.text("stage")),
                        JobRows.ofCode(JobFailure.Kind.class, row.text("kind")),
                        row.text("reason"),
                        row.time("failed_at")));
    }

    long failureCount(Session session, JobId id) throws SQLException {
        return session.first(failureCount, params -> params.text(id.value()), row -> row.number("n"))
                .orElse(0L);
    }
}
