package dev.backfill.testkit;

/** The order in which a scripted folder is walked: by received second, then by id. */
record MailKey(long second, String id) implements Comparable<MailKey> {
    @Override
    public int compareTo(MailKey other) {
        int bySecond = Long.compare(second, other.second);
        return bySecond != 0 ? bySecond : id.compareTo(other.id);
    }
}
