package dev.backfill.provider.microsoft;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Windows whose messages an earlier job may have handed over already, in another state, or as deleted: a folder that was not
 * there. They are handed over as updates that are as old as their reading, with the message's own revision and that of the round: the marks
 * which the job began from. For a folder that was thrown away and comes back changes nothing of its messages, neither their
 * time nor their revision, while all of them were told as deleted in between. A consumer that keeps the newest state would keep
 * the removal, and one that knows the keys would pass over what it heard before. Two runs from the same marks give the same keys.
 *
 * <p>The engine does a similar thing for every provider to what takes the place of changes that were lost ({@code Rewalk}). That is no
 * stand-in for this: of what was lost no removal was told, so that the messages' own times and revisions are right there. Stateless.
 */
final class Upserts {
    private static final String PREFIX = "upsert:";

    /** Enough of a hash to tell rounds apart; a partition's id has its bound. */
    private static final int ROUND_DIGITS = 16;

    private Upserts() {}

    /** {@return the name of the round that begins from marks} */
    static String round(Map<String, String> marks) {
        return round(new TreeMap<>(marks).toString());
    }

    /** {@return the name of the round that begins from one mark} */
    static String round(String mark) {
        return Hashes.hex("round:" + mark).substring(0, ROUND_DIGITS);
    }

    /** {@return the same partition, walked for updates} */
    static Partition of(Partition partition, String round) {
        return isMeant(partition)
                ? partition
                : new Partition(
                        PREFIX + round + ":" + partition.id(),
                        partition.kind(),
                        partition.scope(),
                        partition.from(),
                        partition.to(),
                        partition.token());
    }

    /** {@return a partition, walked for updates where another is} */
    static Partition like(Partition other, Partition partition) {
        return isMeant(other) ? of(partition, roundOf(other)) : partition;
    }

    /** {@return the same partitions, walked for updates} */
    static List<Partition> of(List<Partition> partitions, String round) {
        return partitions.stream().map(partition -> of(partition, round)).toList();
    }

    /** {@return true if a partition is walked for updates} */
    static boolean isMeant(Partition partition) {
        return partition.id().startsWith(PREFIX);
    }

    private static String roundOf(Partition partition) {
        return partition.id().substring(PREFIX.length(), PREFIX.length() + ROUND_DIGITS);
    }

    /**
     * Gives a writer that makes updates of what is new.
     *
     * @param partition what is walked
     * @param askedAt when its messages were asked for, or before: what changes them later is newer, in Graph's whole seconds too
     */
    static PageWriter writer(PageWriter inner, Partition partition, Instant askedAt) {
        String round = roundOf(partition);
        return item -> {
            if (item instanceof PageItem.Message message) {
                return inner.write(
                        new PageItem.Message(PageItem.Change.UPDATE, readAgain(message.email(), round, askedAt)));
            }
            return inner.write(
                    item instanceof PageItem.Failed failed
                            ? new PageItem.Failed(failed.ref().ofChange(), failed.kind(), failed.reason())
                            : item);
        };
    }

    /** {@return the message as a state that is as old as its reading, in a revision of its own} */
    static EmailMessage readAgain(EmailMessage email, String round, Instant askedAt) {
        return email.toBuilder()
                .revision(email.revision() + "@" + round)
                .modifiedAt(notBefore(email.modifiedAt(), askedAt))
                .build();
    }

    /** {@return when a message was changed, or when it was asked for if that is later; in Graph's whole seconds} */
    static Instant notBefore(@Nullable Instant modified, Instant askedAt) {
        Instant asked = askedAt.truncatedTo(ChronoUnit.SECONDS);
        return modified != null && modified.isAfter(asked) ? modified : asked;
    }

    /** {@return when a message that does not come back was surely gone: not before it was asked for, though the clock may be behind by that} */
    static Instant goneBy(Instant askedAt) {
        return askedAt.plusSeconds(1);
    }

    /** {@return the same end, whose windows are walked for updates too} */
    static PageEnd end(PageEnd end, Partition partition) {
        return new PageEnd(
                end.next(),
                end.entries(),
                end.repeats(),
                end.providerCount(),
                end.token(),
                of(end.replacedBy(), roundOf(partition)),
                end.endsScope());
    }
}
