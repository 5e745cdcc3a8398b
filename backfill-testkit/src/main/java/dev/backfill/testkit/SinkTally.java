package dev.backfill.testkit;

/** What a recording sink counts; guarded by the sink's lock. */
final class SinkTally {
    int opened;
    int closed;
    int flushes;
    long published;
    long delivered;
    long bytes;
    long refused;
    int mostHeld;

    RecordingSink.Counts counts(int held) {
        return new RecordingSink.Counts(opened, closed, flushes, published, delivered, bytes, refused, held, mostHeld);
    }
}
